namespace Relay.Core.Stun;

/// <summary>
/// The method of a STUN message (RFC 8489 section 18.2, RFC 8656 section 17, RFC 6062 section 6.1), 12 bits. A message may
/// carry any value from 0 to 0xFFF.
/// </summary>
public enum StunMethod : ushort
{
    None = 0,
    Binding = 1,
    Allocate = 3,
    Refresh = 4,
    Send = 6,
    Data = 7,
    CreatePermission = 8,
    ChannelBind = 9,
    Connect = 10,
    ConnectionBind = 11,
    ConnectionAttempt = 12,
}
