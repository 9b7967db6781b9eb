namespace Relay.Core.Turn;

/// <summary>What may become of packets to a peer of a TURN allocation.</summary>
public enum PeerVerdict : byte
{
    /// <summary>Nothing is sent there or taken from there: 403.</summary>
    Denied,

    /// <summary>This relay's own media port: reached in process.</summary>
    OwnMedia,

    /// <summary>The relayed address of another allocation here: reached in process.</summary>
    Relayed,

    /// <summary>Any other host: reached through a relay port.</summary>
    Public,
}

/// <summary>Whom a TURN allocation may talk to.</summary>
public enum PeerMode : byte
{
    /// <summary>This relay's own media ports.</summary>
    OwnMedia,

    /// <summary>Those, and every address that is not denied.</summary>
    Public,
}
