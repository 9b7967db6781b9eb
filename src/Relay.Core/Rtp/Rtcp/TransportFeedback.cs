using System.Buffers.Binary;
using System.Numerics;
using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp.Rtcp;

// draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1: which of a transport's packets arrived, and when. RTPFB with
// FMT 15; the FCI is
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |      base sequence number     |      packet status count      |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                 reference time                | fb pkt. count |   reference time in 64 ms
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |          packet chunk         |         packet chunk          |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// .                                                               .
// |         packet chunk          |  recv delta   |  recv delta   |   in 0.25 ms
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// .                                                               .
// |           recv delta          |  recv delta   | zero padding  |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// A chunk is one of these; S is 0 not received, 1 received with a delta of one byte (unsigned), 2 received with a delta of two
// bytes (signed), 3 reserved:
//
// |0| S |       run length        |   run length chunk (section 3.1.3)
// |1|0|     14 symbols of 1 bit   |   status vector chunk (section 3.1.4), 0 not received, 1 small delta
// |1|1|      7 symbols of 2 bits  |

/// <summary>
/// A view of one transport-wide feedback message. The packets come out one after another; a message that does not hold all the
/// deltas that it announces is refused as a whole.
/// </summary>
public ref struct TransportFeedbackReader
{
    /// <summary>Bytes of the FCI in front of the chunks.</summary>
    internal const int HeaderLength = 8;

    internal const int StatusCountOffset = 2;
    internal const int ReferenceTimeOffset = 4;
    internal const int ChunkLength = 2;

    /// <summary>Times are in 250 microseconds: a reference time is that many of them.</summary>
    internal const int ReferenceTimeShift = 8;

    internal const uint SymbolNotReceived = 0;
    internal const uint SymbolSmallDelta = 1;
    internal const uint SymbolLargeDelta = 2;

    internal const uint VectorBit = 0x8000;
    internal const uint TwoBitBit = 0x4000;
    internal const int RunSymbolShift = 13;
    internal const uint RunLengthMask = 0x1FFF;
    internal const int OneBitSymbols = 14;
    internal const int TwoBitSymbols = 7;
    internal const uint SymbolMask = 3;

    private readonly ReadOnlySpan<byte> _fci;
    private int _chunkOffset;
    private int _deltaOffset;
    private int _read;
    private int _leftInChunk;
    private uint _chunk;
    private uint _time;

    private TransportFeedbackReader(FeedbackHeader header, ReadOnlySpan<byte> fci, int deltaOffset)
    {
        _fci = fci;
        SenderSsrc = header.SenderSsrc;
        MediaSsrc = header.MediaSsrc;
        _chunkOffset = HeaderLength;
        _deltaOffset = deltaOffset;
        _time = ReferenceTime << ReferenceTimeShift;
    }

    public uint SenderSsrc { get; }

    /// <summary>Any one stream of the sender that the feedback is for.</summary>
    public uint MediaSsrc { get; }

    /// <summary>The transport-wide number of the first packet.</summary>
    public readonly ushort BaseSequenceNumber => BinaryPrimitives.ReadUInt16BigEndian(_fci);

    /// <summary>How many packets it speaks of, 1 or more.</summary>
    public readonly int StatusCount => BinaryPrimitives.ReadUInt16BigEndian(_fci[StatusCountOffset..]);

    /// <summary>24 bits, in 64 ms since an epoch of the receiver's choice.</summary>
    public readonly uint ReferenceTime => BinaryPrimitives.ReadUInt32BigEndian(_fci[ReferenceTimeOffset..]) >> 8;

    /// <summary>Counts the sender's feedback messages, modulo 256.</summary>
    public readonly byte FeedbackCount => _fci[HeaderLength - 1];

    /// <param name="packet">One packet of a compound.</param>
    /// <param name="statusMax">Messages about more packets than this are refused, 1 to 65,535.</param>
    /// <param name="reader">The message.</param>
    /// <returns>
    /// <see cref="DropReason.RtcpMalformed"/> if it is another type or format, speaks of no packet or of too many, uses the
    /// reserved symbol, or is shorter than its chunks say.
    /// </returns>
    public static DropReason TryParse(RtcpPacket packet, int statusMax, out TransportFeedbackReader reader)
    {
        reader = default;
        const byte Format = FeedbackFormat.TransportCc;
        if (!FeedbackHeader.TryRead(packet, RtcpPacketType.TransportFeedback, Format, out FeedbackHeader header))
        {
            return DropReason.RtcpMalformed;
        }

        ReadOnlySpan<byte> fci = packet.Body[FeedbackHeader.Length..];
        if (fci.Length < HeaderLength + ChunkLength)
        {
            return DropReason.RtcpMalformed;
        }

        int statusCount = BinaryPrimitives.ReadUInt16BigEndian(fci[StatusCountOffset..]);
        if (statusCount == 0
            || statusCount > statusMax
            || !TryMeasure(fci, statusCount, out int deltaOffset, out int deltaBytes)
            || fci.Length < deltaOffset + deltaBytes)
        {
            return DropReason.RtcpMalformed;
        }

        reader = new TransportFeedbackReader(header, fci, deltaOffset);
        return DropReason.None;
    }

    /// <summary>Goes to the next packet.</summary>
    /// <param name="sequence">Its transport-wide number.</param>
    /// <param name="isReceived">It arrived.</param>
    /// <param name="time">When it arrived, in 250 microseconds modulo 2^32; meaningful if it did.</param>
    /// <returns>False at the end.</returns>
    public bool TryReadNext(out ushort sequence, out bool isReceived, out uint time)
    {
        sequence = (ushort)(BaseSequenceNumber + _read);
        isReceived = false;
        time = _time;
        if (_read == StatusCount)
        {
            return false;
        }

        if (_leftInChunk == 0)
        {
            _chunk = BinaryPrimitives.ReadUInt16BigEndian(_fci[_chunkOffset..]);
            _chunkOffset += ChunkLength;
            _leftInChunk = SymbolsOf(_chunk);
        }

        uint symbol = TakeSymbol();
        _read++;
        if (symbol == SymbolNotReceived)
        {
            return true;
        }

        if (symbol == SymbolSmallDelta)
        {
            _time += _fci[_deltaOffset++];
        }
        else
        {
            _time += (uint)BinaryPrimitives.ReadInt16BigEndian(_fci[_deltaOffset..]);
            _deltaOffset += sizeof(short);
        }

        isReceived = true;
        time = _time;
        return true;
    }

    private uint TakeSymbol()
    {
        _leftInChunk--;
        return (_chunk & (VectorBit | TwoBitBit)) switch
        {
            VectorBit => (_chunk >> _leftInChunk) & 1,
            VectorBit | TwoBitBit => (_chunk >> (2 * _leftInChunk)) & SymbolMask,
            _ => (_chunk >> RunSymbolShift) & SymbolMask,
        };
    }

    private static int SymbolsOf(uint chunk) => (chunk & (VectorBit | TwoBitBit)) switch
    {
        VectorBit => OneBitSymbols,
        VectorBit | TwoBitBit => TwoBitSymbols,
        _ => (int)(chunk & RunLengthMask),
    };

    // Finds where the deltas start and how long they are, without going through the packets one by one.
    private static bool TryMeasure(ReadOnlySpan<byte> fci, int statusCount, out int deltaOffset, out int deltaBytes)
    {
        deltaOffset = HeaderLength;
        deltaBytes = 0;
        while (statusCount > 0)
        {
            if (deltaOffset + ChunkLength > fci.Length)
            {
                return false;
            }

            uint chunk = BinaryPrimitives.ReadUInt16BigEndian(fci[deltaOffset..]);
            int symbols = Math.Min(SymbolsOf(chunk), statusCount);
            // A run of nothing would leave the reader without a symbol to give.
            if (symbols == 0 || !TryMeasureChunk(chunk, symbols, ref deltaBytes))
            {
                return false;
            }

            statusCount -= symbols;
            deltaOffset += ChunkLength;
        }

        return true;
    }

    private static bool TryMeasureChunk(uint chunk, int symbols, ref int deltaBytes)
    {
        switch (chunk & (VectorBit | TwoBitBit))
        {
            case VectorBit:
                deltaBytes += BitOperations.PopCount((chunk & (TwoBitBit - 1)) >> (OneBitSymbols - symbols));
                return true;

            case VectorBit | TwoBitBit:
                uint used = (chunk & (TwoBitBit - 1)) >> (2 * (TwoBitSymbols - symbols));
                const uint LowBits = 0x1555;
                uint small = used & LowBits;
                uint large = (used >> 1) & LowBits;
                deltaBytes += BitOperations.PopCount(small) + (2 * BitOperations.PopCount(large));
                return (small & large) == 0;

            default:
                // The symbols' values are their bytes of delta.
                uint symbol = (chunk >> RunSymbolShift) & SymbolMask;
                deltaBytes += symbols * (int)symbol;
                return symbol <= SymbolLargeDelta;
        }
    }
}

/// <summary>What stands in front of the packets in a feedback message.</summary>
/// <param name="BaseSequenceNumber">The transport-wide number of the first packet.</param>
/// <param name="ReferenceTime">24 bits, in 64 ms.</param>
/// <param name="FeedbackCount">One more than in the message before, modulo 256.</param>
public readonly record struct TransportFeedbackHead(ushort BaseSequenceNumber, uint ReferenceTime, byte FeedbackCount);

/// <summary>Writes transport-wide feedback messages.</summary>
public static class TransportFeedbackWriter
{
    /// <summary>Stands for a packet that was not received.</summary>
    public const int NotReceived = int.MinValue;

    // A run of this many is no longer as a run than as a vector.
    private const int RunMin = 7;

    private const int WordLength = 4;

    /// <summary>Bytes that a message about this many packets has at most.</summary>
    public static int GetMaxLength(int statusCount) => Padded(
        FeedbackHeader.FciOffset
        + TransportFeedbackReader.HeaderLength
        + (ChunksMax(statusCount) * TransportFeedbackReader.ChunkLength)
        + (statusCount * sizeof(short)));

    /// <summary>Writes one message.</summary>
    /// <param name="destination">At least <see cref="GetMaxLength"/> bytes.</param>
    /// <param name="senderSsrc">Who sends the feedback.</param>
    /// <param name="mediaSsrc">Any one stream of the sender that it is for.</param>
    /// <param name="head">Which packet comes first, and the time that the first delta counts from.</param>
    /// <param name="deltas">
    /// For each packet <see cref="NotReceived"/>, or its arrival after the last received one before it in 250 microseconds,
    /// -32,768 to 32,767; 1 to 65,535 packets.
    /// </param>
    /// <returns>Bytes written.</returns>
    public static int Write(
        Span<byte> destination, uint senderSsrc, uint mediaSsrc, in TransportFeedbackHead head, ReadOnlySpan<int> deltas)
    {
        Invariant.Holds(deltas.Length is > 0 and <= ushort.MaxValue, "feedback speaks of 1 to 65,535 packets");
        int start = FeedbackHeader.FciOffset;
        BinaryPrimitives.WriteUInt16BigEndian(destination[start..], head.BaseSequenceNumber);
        BinaryPrimitives.WriteUInt16BigEndian(
            destination[(start + TransportFeedbackReader.StatusCountOffset)..], (ushort)deltas.Length);
        BinaryPrimitives.WriteUInt32BigEndian(
            destination[(start + TransportFeedbackReader.ReferenceTimeOffset)..], (head.ReferenceTime << 8) | head.FeedbackCount);

        int offset = start + TransportFeedbackReader.HeaderLength;
        for (int i = 0; i < deltas.Length;)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination[offset..], (ushort)CreateChunk(deltas[i..], out int symbols));
            offset += TransportFeedbackReader.ChunkLength;
            i += symbols;
        }

        foreach (int delta in deltas)
        {
            switch (SymbolOf(delta))
            {
                case TransportFeedbackReader.SymbolSmallDelta:
                    destination[offset++] = (byte)delta;
                    break;

                case TransportFeedbackReader.SymbolLargeDelta:
                    BinaryPrimitives.WriteInt16BigEndian(destination[offset..], (short)delta);
                    offset += sizeof(short);
                    break;
            }
        }

        int length = Padded(offset);
        destination[offset..length].Clear();
        new FeedbackHeader(senderSsrc, mediaSsrc)
            .Write(destination, RtcpPacketType.TransportFeedback, FeedbackFormat.TransportCc, length);
        return length;
    }

    private static uint SymbolOf(int delta) => delta switch
    {
        NotReceived => TransportFeedbackReader.SymbolNotReceived,
        >= 0 and <= byte.MaxValue => TransportFeedbackReader.SymbolSmallDelta,
        _ => TransportFeedbackReader.SymbolLargeDelta,
    };

    // The chunk that covers most of what comes next.
    private static uint CreateChunk(ReadOnlySpan<int> deltas, out int symbols)
    {
        uint first = SymbolOf(deltas[0]);
        int run = 1;
        while (run < deltas.Length && run < TransportFeedbackReader.RunLengthMask && SymbolOf(deltas[run]) == first)
        {
            run++;
        }

        if (run == deltas.Length || run >= TransportFeedbackReader.OneBitSymbols)
        {
            symbols = run;
            return (first << TransportFeedbackReader.RunSymbolShift) | (uint)run;
        }

        if (TryCreateOneBitVector(deltas, out uint vector, out symbols))
        {
            return vector;
        }

        if (run >= RunMin)
        {
            symbols = run;
            return (first << TransportFeedbackReader.RunSymbolShift) | (uint)run;
        }

        symbols = Math.Min(deltas.Length, TransportFeedbackReader.TwoBitSymbols);
        vector = TransportFeedbackReader.VectorBit | TransportFeedbackReader.TwoBitBit;
        for (int i = 0; i < symbols; i++)
        {
            vector |= SymbolOf(deltas[i]) << (2 * (TransportFeedbackReader.TwoBitSymbols - 1 - i));
        }

        return vector;
    }

    private static bool TryCreateOneBitVector(ReadOnlySpan<int> deltas, out uint vector, out int symbols)
    {
        symbols = Math.Min(deltas.Length, TransportFeedbackReader.OneBitSymbols);
        vector = TransportFeedbackReader.VectorBit;
        for (int i = 0; i < symbols; i++)
        {
            uint symbol = SymbolOf(deltas[i]);
            if (symbol == TransportFeedbackReader.SymbolLargeDelta)
            {
                return false;
            }

            vector |= symbol << (TransportFeedbackReader.OneBitSymbols - 1 - i);
        }

        return true;
    }

    private static int ChunksMax(int statusCount) =>
        (statusCount + TransportFeedbackReader.TwoBitSymbols - 1) / TransportFeedbackReader.TwoBitSymbols;

    private static int Padded(int length) => (length + WordLength - 1) & ~(WordLength - 1);
}
