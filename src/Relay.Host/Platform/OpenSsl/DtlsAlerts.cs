using System.Buffers.Binary;
using System.Security.Cryptography;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>
/// What is left of an association whose <c>SSL</c> object is gone: its close_notify, sealed before, and the key that opens the
/// peer's alerts. An alert under AES-GCM (RFC 5246 sections 6.2.3.3 and 7.2, RFC 5288 section 3) is, behind the record's header:
/// <code>explicit nonce 0..7 | encrypted: level 8, description 9 | tag 10..25</code>
/// </summary>
internal sealed unsafe class DtlsAlerts : IDisposable
{
    private const byte Fatal = 2;
    private const byte CloseNotify = 0;
    private const ushort Epoch = 1;
    private const int AlertBytes = 2;
    private const int ExplicitNonceBytes = 8;
    private const int TagBytes = 16;
    private const int NonceBytes = DtlsRecordKeys.SaltBytes + ExplicitNonceBytes;
    private const int AdditionalBytes = 13;

    private readonly byte[] _key;
    private readonly byte[] _salt;
    private byte[] _goodbye = [];

    private DtlsAlerts(byte[] key, byte[] salt)
    {
        _key = key;
        _salt = salt;
    }

    /// <summary>Takes the peer's key out of a connected association; null if it runs under a suite that is not known here.</summary>
    /// <param name="ssl">The SSL object.</param>
    /// <param name="role">This side's role.</param>
    internal static DtlsAlerts? TryCreate(nint ssl, DtlsRole role)
    {
        byte[] salt = new byte[DtlsRecordKeys.SaltBytes];
        byte[]? key = DtlsRecordKeys.TryDerive(ssl, ofClient: role == DtlsRole.Server, salt);
        return key is null ? null : new DtlsAlerts(key, salt);
    }

    /// <summary>Keeps a copy of the close_notify that is to be sent at the end.</summary>
    internal void Keep(ReadOnlySpan<byte> goodbye) => _goodbye = goodbye.ToArray();

    /// <summary>Writes the close_notify, if one was kept.</summary>
    internal void WriteGoodbye(DtlsFlights flights)
    {
        if (_goodbye.Length > 0)
        {
            flights.Write(_goodbye);
        }
    }

    /// <summary>
    /// Looks for authentic alerts in a datagram: <see cref="CloseReason.PeerClosed"/> for close_notify,
    /// <see cref="CloseReason.DtlsFailed"/> for a fatal one, <see cref="CloseReason.None"/> if there is neither.
    /// </summary>
    internal CloseReason Read(ReadOnlySpan<byte> datagram)
    {
        while (DtlsRecordReader.TryRead(datagram, out DtlsRecordReader record) == DropReason.None)
        {
            datagram = datagram[record.Record.Length..];
            if (TryOpen(record, out byte level, out byte description) && (description == CloseNotify || level == Fatal))
            {
                return description == CloseNotify ? CloseReason.PeerClosed : CloseReason.DtlsFailed;
            }
        }

        return CloseReason.None;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private bool TryOpen(in DtlsRecordReader record, out byte level, out byte description)
    {
        (level, description) = (0, 0);
        ReadOnlySpan<byte> fragment = record.Fragment;
        if (record.ContentType != DtlsRecordReader.Alert
            || record.Epoch != Epoch
            || fragment.Length != ExplicitNonceBytes + AlertBytes + TagBytes)
        {
            return false;
        }

        byte* nonce = stackalloc byte[NonceBytes];
        _salt.CopyTo(new Span<byte>(nonce, NonceBytes));
        fragment[..ExplicitNonceBytes].CopyTo(new Span<byte>(nonce + DtlsRecordKeys.SaltBytes, ExplicitNonceBytes));

        // Epoch and sequence number, type, version, and the length of what is encrypted.
        Span<byte> additional = stackalloc byte[AdditionalBytes];
        record.Record.Slice(DtlsRecordReader.EpochOffset, sizeof(ulong)).CopyTo(additional);
        additional[8] = record.ContentType;
        BinaryPrimitives.WriteUInt16BigEndian(additional[9..], record.Version);
        BinaryPrimitives.WriteUInt16BigEndian(additional[11..], AlertBytes);

        Span<byte> alert = stackalloc byte[AlertBytes];
        if (!Decrypt(nonce, additional, fragment[ExplicitNonceBytes..], alert))
        {
            return false;
        }

        (level, description) = (alert[0], alert[1]);
        return true;
    }

    // A context lives only as long as this: an honest peer sends one such record in its life.
    private bool Decrypt(byte* nonce, ReadOnlySpan<byte> additional, ReadOnlySpan<byte> sealedAlert, Span<byte> alert)
    {
        nint cipher = _key.Length == DtlsRecordKeys.KeyMaxBytes ? LibCrypto.EVP_aes_256_gcm() : LibCrypto.EVP_aes_128_gcm();
        nint context = LibCrypto.EVP_CIPHER_CTX_new();
        int length;
        fixed (byte* key = _key)
        fixed (byte* aad = additional)
        fixed (byte* input = sealedAlert)
        fixed (byte* output = alert)
        {
            // A GCM nonce has 12 bytes unless told otherwise.
            bool isAuthentic = context != 0
                && LibCrypto.EVP_DecryptInit_ex(context, cipher, 0, key, nonce) == 1
                && LibCrypto.EVP_DecryptUpdate(context, null, &length, aad, additional.Length) == 1
                && LibCrypto.EVP_DecryptUpdate(context, output, &length, input, AlertBytes) == 1
                && LibCrypto.EVP_CIPHER_CTX_ctrl(context, LibCrypto.EvpCtrlAeadSetTag, TagBytes, input + AlertBytes) == 1
                && LibCrypto.EVP_DecryptFinal_ex(context, output + AlertBytes, &length) == 1;
            LibCrypto.EVP_CIPHER_CTX_free(context);
            LibCrypto.ERR_clear_error();
            return isAuthentic;
        }
    }
}
