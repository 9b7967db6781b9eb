using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>What became of a packet that a sender numbered.</summary>
internal enum PacketFate : byte
{
    /// <summary>It has not arrived at the relay.</summary>
    Missing,

    /// <summary>It arrived and went no further, on purpose.</summary>
    Held,

    /// <summary>It left for the partner, who has not spoken of it yet.</summary>
    Forwarded,

    /// <summary>It left for the partner, who missed it.</summary>
    Lost,

    /// <summary>It reached the partner.</summary>
    Received,

    /// <summary>The sender has been told that it was received: the last word on it.</summary>
    Told,
}

/// <summary>
/// The last packets that a sender numbered for the whole transport: when they arrived, and what became of them. Times are in
/// 250 microseconds modulo 2^32, on the relay's clock.
/// </summary>
internal sealed class TransportArrivals
{
    /// <summary>Numbers remembered, as many as in <see cref="TransportSequenceMap"/>.</summary>
    public const int Size = TransportSequenceMap.Size;

    /// <summary>
    /// Numbers that may be missing between two; what is further away begins anew, and the gap is not told as lost.
    /// </summary>
    public const int JumpMax = 1000;

    // Empty until the first packet: many legs never send video, or only listen.
    private Arrival[] _arrivals = [];

    /// <summary>The highest number that arrived, extended over its wraps; -1 before the first.</summary>
    public long Highest { get; private set; } = -1;

    /// <summary>What is known of a number not further back than <see cref="Size"/>; none is before the first arrival.</summary>
    public ref Arrival this[long number] => ref _arrivals[(int)(number & (Size - 1))];

    public bool Contains(long number) => number >= 0 && number <= Highest && number > Highest - Size;

    /// <summary>Notes an arrival.</summary>
    /// <param name="sequence">The number as the sender wrote it.</param>
    /// <param name="time">The arrival.</param>
    /// <param name="number">The number extended, -1 if it arrived before.</param>
    /// <returns>True if the numbers begin anew here: what came before is forgotten.</returns>
    public bool Add(ushort sequence, uint time, out long number)
    {
        bool isRestart = Highest < 0;
        number = isRestart ? sequence + 0x10000L : SequenceNumber.Extend(sequence, Highest);
        if (!isRestart && (number > Highest + JumpMax || number <= Highest - Size))
        {
            // Two wraps up: no number of before can be taken for one of these.
            number = (((Highest >> 16) + 2) << 16) + sequence;
            isRestart = true;
        }

        if (isRestart)
        {
            _arrivals = _arrivals.Length == 0 ? new Arrival[Size] : _arrivals;
            Array.Clear(_arrivals);
            Highest = number;
        }

        for (; Highest < number; Highest++)
        {
            this[Highest + 1] = default;
        }

        ref Arrival arrival = ref this[number];
        if (arrival.Fate != PacketFate.Missing)
        {
            number = -1;
            return false;
        }

        arrival = new Arrival { Time = time, Fate = PacketFate.Held };
        return isRestart;
    }

    /// <summary>One packet.</summary>
    internal struct Arrival
    {
        private const int FateBits = 3;

        private int _transitAndFate;

        /// <summary>When it arrived at the relay.</summary>
        public uint Time;

        public PacketFate Fate
        {
            readonly get => (PacketFate)(_transitAndFate & ((1 << FateBits) - 1));
            set => _transitAndFate = (_transitAndFate & (-1 << FateBits)) | (int)value;
        }

        /// <summary>How much later it reached the partner, on the clock that the sender is told; 29 bits.</summary>
        public int Transit
        {
            readonly get => _transitAndFate >> FateBits;
            set => _transitAndFate = (value << FateBits) | (int)Fate;
        }
    }
}
