using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// AES128_CM_HMAC_SHA1_80 (RFC 3711 sections 4.1.1 and 4.2.1): AES in counter mode, then HMAC-SHA1 over header, ciphertext
/// and suffix, cut to 80 bits. With a <see cref="SrtpBatch"/> tags are not made one by one: those of sealed packets wait for
/// its next flush, and those of received packets may have been computed before.
/// </summary>
internal abstract unsafe class CmSha1Cipher : SrtpCipher
{
    public const int TagBytes = HmacSha1Batch.TagBytes;

    private readonly HmacSha1 _hmac;
    private readonly byte[] _salt;
    private readonly SrtpBatch? _batch;

    /// <param name="authenticationKey">20 bytes.</param>
    /// <param name="salt">14 bytes.</param>
    /// <param name="batch">
    /// What the RTP of one worker shares; null for RTCP, which is rare, and for whoever wants tags at once.
    /// </param>
    protected CmSha1Cipher(ReadOnlySpan<byte> authenticationKey, ReadOnlySpan<byte> salt, SrtpBatch? batch)
    {
        Invariant.Holds(salt.Length == SrtpProfiles.SaltMaxBytes, "an AES-CM salt of the wrong length");
        _salt = salt.ToArray();
        _hmac = new HmacSha1(authenticationKey);
        _batch = batch;
    }

    public override int TagLength => TagBytes;

    public override void Seal(
        uint ssrc,
        ulong index,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> suffix,
        ReadOnlySpan<byte> prefix,
        ReadOnlySpan<byte> payload,
        Span<byte> body,
        Span<byte> tag)
    {
        Debug.Assert(body.Length == prefix.Length + payload.Length && tag.Length == TagBytes);
        Transform(ssrc, index, prefix, payload, body);
        if (_batch is null || !TryDefer(_batch, header, suffix, body, tag))
        {
            ComputeTag(header, suffix, body, tag);
        }
    }

    public override bool Open(
        uint ssrc,
        ulong index,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> suffix,
        ReadOnlySpan<byte> body,
        Span<byte> plaintext,
        ReadOnlySpan<byte> tag)
    {
        Debug.Assert(plaintext.Length == body.Length && tag.Length == TagBytes);
        // No stackalloc here and below: see SrtpPacketIndex.RolloverCounterBigEndian.
        Digest digest = default;
        Span<byte> expected = ((Span<byte>)digest)[..TagBytes];
        if (_batch is null || !TryTakeForecast(_batch, header, suffix, body, expected))
        {
            ComputeTag(header, suffix, body, expected);
        }

        if (!CryptographicOperations.FixedTimeEquals(expected, tag))
        {
            ClearUnlessInPlace(body, plaintext);
            return false;
        }

        Transform(ssrc, index, default, body, plaintext);
        return true;
    }

    /// <summary>
    /// Lets the batch compute the tag that <see cref="Open"/> will want for this message and rollover counter.
    /// </summary>
    /// <param name="message">Header and body, in pinned memory that stays as it is until the batch forgets.</param>
    /// <param name="rollover">The suffix, as a number.</param>
    public void Forecast(ReadOnlySpan<byte> message, uint rollover) => _batch?.AddForecast(_hmac, message, rollover);

    public override void Dispose()
    {
        // Packets sealed under the key may wait for their tags in the transmit queue.
        _batch?.FlushTags();
        _hmac.Dispose();
        CryptographicOperations.ZeroMemory(_salt);
    }

    /// <summary>AES-CM under <paramref name="iv"/>: prefix and payload, one behind the other, into the output.</summary>
    /// <param name="iv">16 bytes.</param>
    /// <param name="prefix">Outside of the output; may be empty.</param>
    /// <param name="payload">Outside of the output, or exactly where it ends up in it.</param>
    /// <param name="output">As long as both.</param>
    protected abstract void Transform(
        ReadOnlySpan<byte> iv, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> payload, Span<byte> output);

    private void Transform(uint ssrc, ulong index, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> payload, Span<byte> output)
    {
        UInt128 block = 0;
        Span<byte> iv = MemoryMarshal.AsBytes(new Span<UInt128>(ref block));
        SrtpIv.WriteCounterMode(iv, _salt, ssrc, index);
        Transform(iv, prefix, payload, output);
    }

    private void ComputeTag(ReadOnlySpan<byte> header, ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> body, Span<byte> tag)
    {
        Digest digest = default;
        _hmac.Compute(header, body, suffix, digest);
        digest[..TagBytes].CopyTo(tag);
    }

    private bool TryDefer(
        SrtpBatch batch, ReadOnlySpan<byte> header, ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> body, Span<byte> tag)
    {
        if (!TryJoin(header, body, out ReadOnlySpan<byte> message) || suffix.Length != sizeof(uint))
        {
            return false;
        }

        return batch.TryDefer(_hmac, message, BinaryPrimitives.ReadUInt32BigEndian(suffix), tag);
    }

    private bool TryTakeForecast(
        SrtpBatch batch, ReadOnlySpan<byte> header, ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> body, Span<byte> tag)
    {
        if (!batch.HasForecasts
            || !TryJoin(header, body, out ReadOnlySpan<byte> message)
            || suffix.Length != sizeof(uint))
        {
            return false;
        }

        return batch.TryTakeForecast(_hmac, message, BinaryPrimitives.ReadUInt32BigEndian(suffix), tag);
    }

    // Header and body as one piece, which they are wherever packets come from.
    private static bool TryJoin(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, out ReadOnlySpan<byte> message)
    {
        ref byte start = ref MemoryMarshal.GetReference(header);
        bool isOnePiece = Unsafe.AreSame(ref Unsafe.Add(ref start, header.Length), ref MemoryMarshal.GetReference(body));
        message = isOnePiece ? MemoryMarshal.CreateReadOnlySpan(ref start, header.Length + body.Length) : default;
        return isOnePiece;
    }

    [InlineArray(HmacSha1.DigestBytes)]
    private struct Digest
    {
        private byte _element;
    }
}
