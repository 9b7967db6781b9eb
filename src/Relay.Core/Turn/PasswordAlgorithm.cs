namespace Relay.Core.Turn;

/// <summary>How a password becomes a key (RFC 8489 section 18.5). A message may carry any value from 0 to 65,535.</summary>
public enum PasswordAlgorithm : ushort
{
    None = 0,

    /// <summary>A key of 16 bytes; what a client means that names no algorithm.</summary>
    Md5 = 1,

    /// <summary>A key of 32 bytes.</summary>
    Sha256 = 2,
}
