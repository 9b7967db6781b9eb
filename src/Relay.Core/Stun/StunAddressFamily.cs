namespace Relay.Core.Stun;

/// <summary>
/// The address family in STUN's and TURN's attributes (RFC 8489 section 14.1, RFC 8656 section 18.6). A message may carry
/// any value from 0 to 255.
/// </summary>
public enum StunAddressFamily : byte
{
    None = 0,
    IPv4 = 1,
    IPv6 = 2,
}
