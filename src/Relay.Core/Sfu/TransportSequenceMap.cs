using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>
/// The transport-wide sequence numbers that one leg's packets leave with (draft-holmer-rmcat-transport-wide-cc-extensions-01
/// section 2), and which of its partner's numbers each came in with. Whatever leaves has a number: media, retransmissions,
/// padding.
/// </summary>
internal sealed class TransportSequenceMap
{
    /// <summary>
    /// Numbers remembered: more than 3 s of 5 Mbit/s. A receiver speaks of a packet a round trip and some 100 ms after it left.
    /// </summary>
    public const int Size = 2048;

    /// <summary>The relay sent it by itself, or it came in without a number.</summary>
    public const long NoSource = -1;

    // Empty until the first packet: most legs wait for a partner.
    private uint[] _sources = [];
    private ulong[] _hasSource = [];

    // One wrap up, so that the numbers before the first stay above zero.
    private long _next = 0x10000;
    private long _pairStart = 0x10000;

    /// <summary>The number of the next packet to leave.</summary>
    public ushort Next => (ushort)_next;

    /// <summary>The packet with the next number has left.</summary>
    /// <param name="source">The extended number that it came in with, or <see cref="NoSource"/>.</param>
    public void Add(long source)
    {
        if (_sources.Length == 0)
        {
            _sources = new uint[Size];
            _hasSource = new ulong[Size / 64];
        }

        int place = Place(_next++);
        _sources[place] = (uint)source;
        ref ulong word = ref _hasSource[place / 64];
        ulong bit = 1UL << (place & 63);
        word = source == NoSource ? word & ~bit : word | bit;
    }

    /// <summary>Another partner's packets leave from now on: what is said of the last one's comes too late for it.</summary>
    public void StartPair() => _pairStart = _next;

    /// <summary>Finds the current partner's number of a packet.</summary>
    /// <param name="number">The number that it left with.</param>
    /// <param name="source">The low 32 bits of the extended number that it came in with.</param>
    /// <returns>False if there is none, the packet was another partner's, or its number is forgotten or still to leave.</returns>
    public bool TryFind(ushort number, out uint source)
    {
        long extended = SequenceNumber.Extend(number, _next);
        if (extended >= _next || extended < _pairStart || extended < _next - Size)
        {
            source = 0;
            return false;
        }

        int place = Place(extended);
        source = _sources[place];
        return (_hasSource[place / 64] & (1UL << (place & 63))) != 0;
    }

    private static int Place(long number) => (int)(number & (Size - 1));
}
