namespace Relay.Host.Turn;

/// <summary>How a connection ended, for the metrics; never who it was.</summary>
internal enum StreamOutcome : byte
{
    /// <summary>Both sides had said what they wanted.</summary>
    Done,

    /// <summary>The connection broke, or the relay is stopping.</summary>
    Lost,

    /// <summary>Too many connections, in all or from one source, or the worker has no slot.</summary>
    TooMany,

    /// <summary>It did not say in time what it is.</summary>
    SaidNothing,

    /// <summary>It speaks nothing that is served on the port, or began with what cannot be a client's.</summary>
    Unknown,

    /// <summary>A PROXY header from a source that is not trusted, none from one that is, or a broken one.</summary>
    BadProxyHeader,

    /// <summary>Too many TLS handshakes at once, in all or from one source.</summary>
    HandshakesBusy,

    /// <summary>The TLS handshake failed, or was not over in time.</summary>
    HandshakeFailed,

    /// <summary>A message that is too long or none.</summary>
    Malformed,

    /// <summary>No TURN allocation, or no valid ICE check, in time.</summary>
    Unused,

    /// <summary>No message for long.</summary>
    Idle,

    /// <summary>It did not take what it was sent.</summary>
    Stalled,
}
