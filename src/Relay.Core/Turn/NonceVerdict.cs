namespace Relay.Core.Turn;

/// <summary>What a nonce is worth.</summary>
public enum NonceVerdict : byte
{
    /// <summary>Given to this address, and not long ago.</summary>
    Good,

    /// <summary>Given to this address, but too long ago: 438.</summary>
    Stale,

    /// <summary>Not given to this address by this process, or so long ago that it no longer shows: 438 as well.</summary>
    Wrong,
}
