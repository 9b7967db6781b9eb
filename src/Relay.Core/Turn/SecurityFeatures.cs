namespace Relay.Core.Turn;

/// <summary>
/// STUN Security Features (RFC 8489 section 18.1), which the nonce repeats so that nobody on the path can take them away
/// unseen. Bit 0 is the least significant of the 24: section 18.1 says the opposite, verified erratum 6290 and the vector of
/// appendix B.1 say this.
/// </summary>
[Flags]
public enum SecurityFeatures : byte
{
    None = 0,

    /// <summary>The answer with the nonce lists PASSWORD-ALGORITHMS.</summary>
    PasswordAlgorithms = 1,

    /// <summary>USERHASH is taken; a client that sees this bit must send no USERNAME.</summary>
    UsernameAnonymity = 2,
}
