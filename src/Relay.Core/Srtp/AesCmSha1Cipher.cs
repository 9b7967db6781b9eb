using System.Runtime.Intrinsics;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// AES128_CM_HMAC_SHA1_80 with the counter mode of the processor's AES instructions (<see cref="AesCounterMode"/>). Only
/// where <see cref="IsSupported"/>.
/// </summary>
internal sealed class AesCmSha1Cipher : CmSha1Cipher
{
    private const int KeyBytes = 16;

    private readonly AesKeySchedule _keys;

    /// <param name="key">16 bytes.</param>
    /// <param name="authenticationKey">20 bytes.</param>
    /// <param name="salt">14 bytes.</param>
    /// <param name="batch">See <see cref="CmSha1Cipher"/>.</param>
    public AesCmSha1Cipher(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> authenticationKey, ReadOnlySpan<byte> salt, SrtpBatch? batch = null)
        : base(authenticationKey, salt, batch)
    {
        Invariant.Holds(key.Length == KeyBytes, "an AES-CM key of the wrong length");
        _keys = new AesKeySchedule(key);
    }

    public static bool IsSupported => AesRound.IsSupported;

    public override void Dispose()
    {
        base.Dispose();
        _keys.Dispose();
    }

    protected override void Transform(
        ReadOnlySpan<byte> iv, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> payload, Span<byte> output) =>
        AesCounterMode.Transform(_keys, Vector128.Create(iv), firstBlock: 0, prefix, payload, output);
}
