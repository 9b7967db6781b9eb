using System.Buffers.Binary;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;

namespace Relay.Host.Tests.Platform.OpenSsl;

/// <summary>
/// Cuts handshake messages into fragments of its own choice (RFC 6347 section 4.2.3), one to a datagram, and numbers all records
/// of epoch 0 anew so that none looks like a replay.
/// </summary>
internal sealed class HandshakeFragments
{
    private const int MessageHeaderBytes = 12;
    private const int FragmentOffsetOffset = 6;
    private const int FragmentLengthOffset = 9;

    private ulong _sequenceNumber;

    /// <summary>The records of a datagram in fragments of the given size; other records and later epochs stay whole.</summary>
    internal List<byte[]> Cut(byte[] datagram, int fragmentBytes)
    {
        List<byte[]> cut = [];
        for (int offset = 0; DtlsRecordReader.TryRead(datagram.AsSpan(offset), out DtlsRecordReader record) == DropReason.None;)
        {
            offset += record.Record.Length;
            if (record.Epoch != 0 || record.ContentType != DtlsRecordReader.Handshake)
            {
                cut.Add(Renumber(record.Record.ToArray()));
                continue;
            }

            ReadOnlySpan<byte> fragment = record.Fragment;
            int start = ReadUInt24(fragment[FragmentOffsetOffset..]);
            int length = ReadUInt24(fragment[FragmentLengthOffset..]);
            for (int at = 0; at < length; at += fragmentBytes)
            {
                cut.Add(Piece(record, start + at, fragment.Slice(MessageHeaderBytes + at, Math.Min(fragmentBytes, length - at))));
            }

            if (length == 0)
            {
                cut.Add(Piece(record, 0, []));
            }
        }

        return cut;
    }

    /// <summary>The datagram with new numbers for its records of epoch 0.</summary>
    internal byte[] Renumber(byte[] datagram)
    {
        byte[] renumbered = (byte[])datagram.Clone();
        for (int offset = 0; DtlsRecordReader.TryRead(renumbered.AsSpan(offset), out DtlsRecordReader record) == DropReason.None;)
        {
            if (record.Epoch == 0)
            {
                Span<byte> epochAndNumber = renumbered.AsSpan(offset + DtlsRecordReader.EpochOffset);
                BinaryPrimitives.WriteUInt64BigEndian(epochAndNumber, _sequenceNumber++);
            }

            offset += record.Record.Length;
        }

        return renumbered;
    }

    private static int ReadUInt24(ReadOnlySpan<byte> source) => (source[0] << 16) | (source[1] << 8) | source[2];

    private static void WriteUInt24(Span<byte> destination, int value)
    {
        destination[0] = (byte)(value >> 16);
        destination[1] = (byte)(value >> 8);
        destination[2] = (byte)value;
    }

    private byte[] Piece(DtlsRecordReader record, int start, ReadOnlySpan<byte> bytes)
    {
        byte[] piece = new byte[DtlsRecordReader.HeaderBytes + MessageHeaderBytes + bytes.Length];
        record.Record[..(DtlsRecordReader.HeaderBytes + MessageHeaderBytes)].CopyTo(piece);
        BinaryPrimitives.WriteUInt16BigEndian(
            piece.AsSpan(DtlsRecordReader.LengthOffset), (ushort)(piece.Length - DtlsRecordReader.HeaderBytes));
        WriteUInt24(piece.AsSpan(DtlsRecordReader.HeaderBytes + FragmentOffsetOffset), start);
        WriteUInt24(piece.AsSpan(DtlsRecordReader.HeaderBytes + FragmentLengthOffset), bytes.Length);
        bytes.CopyTo(piece.AsSpan(DtlsRecordReader.HeaderBytes + MessageHeaderBytes));
        return Renumber(piece);
    }
}
