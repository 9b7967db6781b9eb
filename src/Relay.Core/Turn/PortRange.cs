using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// Whose the ports of one relay address are. A port is drawn at random, so that nobody who sees one can guess the next
/// (CVE-2025-69217 was a server whose ports could be).
/// </summary>
internal sealed class PortRange
{
    private const int Free = -1;

    private readonly int _first;
    private readonly int[] _owners;
    private readonly DrawSet _free;

    // Even ports, and those whose next one is free as well, by half of their place in the range.
    private readonly DrawSet _freeEven;
    private readonly DrawSet _freePairs;
    private readonly RandomSource _random;

    /// <param name="first">The first port, 1 to 65534.</param>
    /// <param name="last">The last one, above the first, up to 65535.</param>
    /// <param name="random">Draws ports.</param>
    public PortRange(int first, int last, RandomSource random)
    {
        _first = first;
        _owners = new int[last - first + 1];
        Array.Fill(_owners, Free);
        _free = new DrawSet(_owners.Length);
        _freeEven = new DrawSet((_owners.Length + 1) / 2);
        _freePairs = new DrawSet((_owners.Length + 1) / 2);
        for (int index = 0; index < _owners.Length; index++)
        {
            Update(index);
        }

        _random = random;
    }

    public int FreeCount => _free.Count;

    /// <summary>
    /// A free port, each as likely as any other; false if there is none. It stays free until <see cref="Take"/>.
    /// </summary>
    /// <param name="isEven">Wants an even one.</param>
    /// <param name="withNext">Wants the next one to be free as well; for even ones only.</param>
    /// <param name="port">The port.</param>
    public bool TryDraw(bool isEven, bool withNext, out ushort port)
    {
        Invariant.Holds(isEven || !withNext, "pairs of ports begin with an even one");
        DrawSet set = withNext ? _freePairs : isEven ? _freeEven : _free;
        bool isDrawn = set.TryDraw(_random, out int number);
        // The first even port is the range's first or its second.
        port = (ushort)(!isDrawn ? 0 : isEven ? _first + (_first & 1) + (2 * number) : _first + number);
        return isDrawn;
    }

    /// <param name="port">A free port of the range.</param>
    /// <param name="owner">0 or more.</param>
    public void Take(ushort port, int owner)
    {
        Invariant.Holds(IsFree(port - _first) && owner >= 0, "a relay port has one owner");
        Set(port, owner);
    }

    /// <summary>Gives a taken port to another owner.</summary>
    public void Pass(ushort port, int owner)
    {
        Invariant.Holds(TryGetOwner(port, out _) && owner >= 0, "a relay port is passed on by its owner");
        _owners[port - _first] = owner;
    }

    public void Release(ushort port)
    {
        Invariant.Holds(TryGetOwner(port, out _), "a relay port is released by its owner");
        Set(port, Free);
    }

    public bool Contains(ushort port) => (uint)(port - _first) < (uint)_owners.Length;

    /// <summary>False for a free port and for one that is not of the range.</summary>
    public bool TryGetOwner(ushort port, out int owner)
    {
        owner = Contains(port) ? _owners[port - _first] : Free;
        return owner != Free;
    }

    private void Set(ushort port, int owner)
    {
        _owners[port - _first] = owner;
        Update(port - _first);
    }

    private void Update(int index)
    {
        Put(_free, index, IsFree(index));
        int even = index - ((_first + index) & 1);
        if (even >= 0)
        {
            Put(_freeEven, even / 2, IsFree(even));
            Put(_freePairs, even / 2, IsFree(even) && IsFree(even + 1));
        }
    }

    private static void Put(DrawSet set, int number, bool isMember)
    {
        if (isMember)
        {
            set.Add(number);
        }
        else
        {
            set.Remove(number);
        }
    }

    private bool IsFree(int index) => (uint)index < (uint)_owners.Length && _owners[index] == Free;
}
