using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Relay.Core.Rtp;

// draft-holmer-rmcat-transport-wide-cc-extensions-01 section 2.1, one-byte form:
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |       0xBE    |    0xDE       |           length=1            |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |  ID   | L=1   |transport-wide sequence number | zero padding  |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>The value of the transport-wide sequence number header extension.</summary>
public static class TransportSequenceNumber
{
    /// <summary>Bytes of the value.</summary>
    public const int Length = 2;

    /// <summary>Reads the value of the extension.</summary>
    /// <returns>False if it has another length: version 2 of the extension was not agreed on.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, out ushort sequence)
    {
        if (value.Length != Length)
        {
            sequence = 0;
            return false;
        }

        sequence = BinaryPrimitives.ReadUInt16BigEndian(value);
        return true;
    }

    /// <summary>Adds the extension.</summary>
    /// <returns>False, with nothing added, as <see cref="HeaderExtensionWriter.TryAdd"/> does.</returns>
    public static bool TryAdd(ref HeaderExtensionWriter writer, byte id, ushort sequence)
    {
        // No stackalloc: it makes methods slow that take spans, and this one is inlined.
        ushort number = 0;
        Span<byte> value = MemoryMarshal.AsBytes(new Span<ushort>(ref number));
        BinaryPrimitives.WriteUInt16BigEndian(value, sequence);
        return writer.TryAdd(id, value);
    }
}
