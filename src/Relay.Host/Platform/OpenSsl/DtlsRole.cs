namespace Relay.Host.Platform.OpenSsl;

/// <summary>Which end of the handshake an association is (RFC 5763 section 5: <c>a=setup</c>).</summary>
public enum DtlsRole : byte
{
    /// <summary><c>a=setup:passive</c>: waits for a ClientHello. What the relay is.</summary>
    Server,

    /// <summary><c>a=setup:active</c>: sends the ClientHello on the first <c>HandleTimeout</c>. What test peers are.</summary>
    Client,
}
