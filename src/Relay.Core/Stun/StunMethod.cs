namespace Relay.Core.Stun;

/// <summary>
/// The method of a STUN message (RFC 8489 section 18.1), 12 bits. A message may carry any value from 0 to 0xFFF.
/// </summary>
public enum StunMethod : ushort
{
    None = 0,
    Binding = 1,
}
