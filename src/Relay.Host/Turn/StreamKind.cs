namespace Relay.Host.Turn;

/// <summary>What a TCP or TLS stream carries, and how its messages are told apart.</summary>
internal enum StreamKind : byte
{
    None,

    /// <summary>STUN messages and padded ChannelData back to back (RFC 8656 section 12.5): a client of the TURN server.</summary>
    Turn,

    /// <summary>Packets behind two bytes of length (RFC 4571): the far side of an ICE-TCP candidate (RFC 6544).</summary>
    Ice,
}
