namespace Relay.Core.Diagnostics;

/// <summary>Why a source is asked for a keyframe, the least urgent first.</summary>
public enum KeyframeReason : byte
{
    /// <summary>A still picture is wanted of the source.</summary>
    Sample,

    /// <summary>A packet of the source was asked for in vain.</summary>
    UplinkLoss,

    /// <summary>A receiver misses a packet that the relay cannot send again.</summary>
    NotHeld,

    /// <summary>A receiver sent PLI or FIR.</summary>
    Receiver,

    /// <summary>The source's encoder began anew.</summary>
    Restart,

    /// <summary>Somebody is to see the source for the first time.</summary>
    NewPartner,
}
