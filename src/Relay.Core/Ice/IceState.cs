namespace Relay.Core.Ice;

/// <summary>Where an ICE-lite agent stands.</summary>
public enum IceState : byte
{
    /// <summary>Not started.</summary>
    New,

    /// <summary>Waits for the peer to nominate a pair; addresses may be validated already.</summary>
    Checking,

    /// <summary>A pair is selected and consent for it is fresh.</summary>
    Connected,

    /// <summary>Over; see the close reason.</summary>
    Closed,
}
