using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// Some of the numbers from 0 to a limit, any of which can be drawn, each as likely as any other. However many there are, each
/// operation takes the same few steps.
/// </summary>
internal sealed class DrawSet
{
    // The members stand in no order; a number's place is only true if it stands there.
    private readonly ushort[] _members;
    private readonly ushort[] _places;

    /// <param name="limit">Above every number, 0 to 65,536.</param>
    public DrawSet(int limit)
    {
        _members = new ushort[limit];
        _places = new ushort[limit];
    }

    public int Count { get; private set; }

    public bool Contains(int number) => _places[number] < Count && _members[_places[number]] == number;

    /// <summary>Adds a number, if it is not a member already.</summary>
    public void Add(int number)
    {
        if (!Contains(number))
        {
            _members[Count] = (ushort)number;
            _places[number] = (ushort)Count++;
        }
    }

    /// <summary>Removes a number, if it is a member.</summary>
    public void Remove(int number)
    {
        if (Contains(number))
        {
            ushort last = _members[--Count];
            _members[_places[number]] = last;
            _places[last] = _places[number];
        }
    }

    /// <summary>A random member, which stays; false if there is none.</summary>
    public bool TryDraw(RandomSource random, out int number)
    {
        number = Count == 0 ? 0 : _members[(int)(((ulong)random.NextUInt32() * (uint)Count) >> 32)];
        return Count > 0;
    }
}
