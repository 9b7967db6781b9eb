using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// One direction's master key followed by its master salt, as signalling carries them (RFC 4568 section 6.1, RFC 7714
/// section 14), in a plain value that crosses the mailbox.
/// </summary>
public struct SrtpMasterKey
{
    private Bytes _bytes;
    private readonly byte _length;

    private SrtpMasterKey(ReadOnlySpan<byte> keyAndSalt)
    {
        keyAndSalt.CopyTo(_bytes);
        _length = (byte)keyAndSalt.Length;
    }

    /// <summary>Bytes of key and salt together; 0 if the profile is not supported.</summary>
    public static int Length(SrtpProfile profile) => SrtpProfiles.KeyLength(profile) + SrtpProfiles.SaltLength(profile);

    /// <summary>Takes the bytes if they are as many as the profile wants.</summary>
    public static bool TryCreate(SrtpProfile profile, ReadOnlySpan<byte> keyAndSalt, out SrtpMasterKey key)
    {
        bool fits = SrtpProfiles.IsSupported(profile) && keyAndSalt.Length == Length(profile);
        key = fits ? new SrtpMasterKey(keyAndSalt) : default;
        return fits;
    }

    /// <summary>The context for what is sealed with this key.</summary>
    public readonly SrtpInbound CreateInbound(SrtpProfile profile, int maxStreams, SrtpBatch? batch = null)
    {
        ReadOnlySpan<byte> value = ValueOf(profile);
        int keyLength = SrtpProfiles.KeyLength(profile);
        return new SrtpInbound(profile, value[..keyLength], value[keyLength..], maxStreams, batch);
    }

    /// <summary>The context that seals with this key.</summary>
    public readonly SrtpOutbound CreateOutbound(SrtpProfile profile, SrtpBatch? batch = null)
    {
        ReadOnlySpan<byte> value = ValueOf(profile);
        int keyLength = SrtpProfiles.KeyLength(profile);
        return new SrtpOutbound(profile, value[..keyLength], value[keyLength..], batch: batch);
    }

    [UnscopedRef]
    private readonly ReadOnlySpan<byte> ValueOf(SrtpProfile profile)
    {
        Invariant.Holds(_length != 0 && _length == Length(profile), "a master key of the wrong length");
        return ((ReadOnlySpan<byte>)_bytes)[.._length];
    }

    [InlineArray(SrtpProfiles.KeyMaxBytes + SrtpProfiles.SaltMaxBytes)]
    private struct Bytes
    {
        private byte _element;
    }
}
