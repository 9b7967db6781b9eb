namespace Relay.Core.Stun;

/// <summary>The class of a STUN message (RFC 8489 section 5): the bits C1 and C0 of the message type.</summary>
public enum StunClass : byte
{
    Request = 0,
    Indication = 1,
    SuccessResponse = 2,
    ErrorResponse = 3,
}
