using System.Buffers.Binary;
using System.Security.Cryptography;
using Relay.Core.Dtls;
using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

/// <summary>
/// Seals any bytes as a record of a connected client (RFC 5288 section 3), as a peer that means harm can: it has the keys.
/// </summary>
internal sealed class SealedRecords : IDisposable
{
    private const int TagBytes = 16;
    private const int ExplicitNonceBytes = 8;

    private readonly byte[] _salt = new byte[DtlsRecordKeys.SaltBytes];
    private readonly AesGcm _cipher;

    // Above what the client itself has sent.
    private ulong _sequence = 1_000;

    internal SealedRecords(OpenSslDtlsAssociation client)
    {
        byte[]? key = DtlsRecordKeys.TryDerive(client.Ssl, ofClient: true, _salt);
        Assert.NotNull(key);
        _cipher = new AesGcm(key, TagBytes);
    }

    public void Dispose() => _cipher.Dispose();

    internal byte[] Seal(byte contentType, ReadOnlySpan<byte> plaintext)
    {
        byte[] record = new byte[DtlsRecordReader.HeaderBytes + ExplicitNonceBytes + plaintext.Length + TagBytes];
        (record[0], record[1], record[2]) = (contentType, 0xFE, 0xFD);
        BinaryPrimitives.WriteUInt64BigEndian(record.AsSpan(DtlsRecordReader.EpochOffset), (1UL << 48) | _sequence++);
        Span<byte> nonce = record.AsSpan(DtlsRecordReader.EpochOffset, ExplicitNonceBytes);
        byte[] additional = [.. nonce, contentType, 0xFE, 0xFD, (byte)(plaintext.Length >> 8), (byte)plaintext.Length];
        BinaryPrimitives.WriteUInt16BigEndian(
            record.AsSpan(DtlsRecordReader.LengthOffset), (ushort)(record.Length - DtlsRecordReader.HeaderBytes));
        Span<byte> fragment = record.AsSpan(DtlsRecordReader.HeaderBytes);
        nonce.CopyTo(fragment);
        _cipher.Encrypt(
            [.. _salt, .. nonce],
            plaintext,
            fragment.Slice(ExplicitNonceBytes, plaintext.Length),
            fragment[(ExplicitNonceBytes + plaintext.Length)..],
            additional);
        return record;
    }
}
