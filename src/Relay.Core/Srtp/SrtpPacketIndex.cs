using System.Buffers.Binary;

namespace Relay.Core.Srtp;

/// <summary>
/// The 48-bit index of an RTP packet: 65,536 * ROC + sequence number (RFC 3711 section 3.3.1). Packets carry only the low
/// half; the rollover counter is guessed.
/// </summary>
internal static class SrtpPacketIndex
{
    /// <summary>The last index of a key (RFC 3711 section 9.2).</summary>
    public const long Max = (1L << 48) - 1;

    /// <summary>The last SRTCP index of a key (RFC 3711 section 9.2).</summary>
    public const long RtcpMax = (1L << 31) - 1;

    /// <summary>Indexes in one turn of the rollover counter.</summary>
    public const long Rollover = 1L << 16;

    /// <summary>Sequence numbers below it may come shortly after a wrap, the others shortly before one.</summary>
    public const ushort HalfRange = 0x8000;

    /// <summary>
    /// The index that RFC 3711 appendix A guesses: within half a turn of the highest one seen. Negative if that lies before
    /// the first packet, above <see cref="Max"/> if it lies after the last.
    /// </summary>
    /// <param name="highest">The highest index seen so far, 0 to <see cref="Max"/>.</param>
    /// <param name="sequence">The packet's sequence number.</param>
    public static long Guess(long highest, ushort sequence)
    {
        int last = (ushort)highest;
        long rollover = highest - last;
        if (last < HalfRange)
        {
            rollover -= sequence - last > HalfRange ? Rollover : 0;
        }
        else
        {
            rollover += last - HalfRange > sequence ? Rollover : 0;
        }

        return rollover + sequence;
    }

    /// <summary>The rollover counter of an index.</summary>
    public static uint RolloverCounter(long index) => (uint)(index >> 16);

    /// <summary>
    /// The rollover counter with its bytes in network order. A number and no stackalloc: in a method that has one, the compiler
    /// copies all spans that it was given, out of reach of an overrun, and the processor waits for them: 5 to 20 ns each time.
    /// </summary>
    public static uint RolloverCounterBigEndian(long index) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(RolloverCounter(index)) : RolloverCounter(index);
}
