namespace Relay.Core.Dtls;

public enum DtlsState : byte
{
    /// <summary>Waiting for, or in the middle of, the peer's handshake.</summary>
    Connecting,

    /// <summary>Finished, and the peer's certificate has the fingerprint that its offer named.</summary>
    Connected,

    /// <summary>Failed or closed; terminal.</summary>
    Closed,
}
