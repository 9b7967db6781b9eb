namespace Relay.Core.Sdp;

/// <summary>Why a description was refused.</summary>
public enum SdpProblem : byte
{
    None = 0,

    /// <summary>The text is not SDP or breaks a rule of it.</summary>
    Malformed,

    /// <summary>The text is well-formed but asks for something that the relay does not do.</summary>
    NotSupported,

    /// <summary>The text exceeds one of <see cref="SdpLimits"/>.</summary>
    TooLarge,
}
