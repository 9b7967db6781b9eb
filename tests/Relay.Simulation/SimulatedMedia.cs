namespace Relay.Simulation;

/// <summary>What one client's offer agrees on with the relay; the defaults are like Chrome's.</summary>
public sealed record SimulatedMedia
{
    public byte AudioPayloadType { get; init; } = SimulatedPeer.AudioPayloadType;

    public byte VideoPayloadType { get; init; } = SimulatedPeer.VideoPayloadType;

    public byte RtxPayloadType { get; init; } = SimulatedPeer.RtxPayloadType;

    public byte[] AudioMid { get; init; } = "0"u8.ToArray();

    public byte[] VideoMid { get; init; } = "1"u8.ToArray();

    public byte MidExtensionId { get; init; } = SimulatedPeer.MidExtensionId;

    /// <summary>0: not negotiated.</summary>
    public byte AbsSendTimeExtensionId { get; init; }

    /// <summary>0: not negotiated. Then it numbers what it sends, and tells what it receives.</summary>
    public byte TransportCcExtensionId { get; init; }

    /// <summary>0: not negotiated.</summary>
    public byte VideoOrientationExtensionId { get; init; }

    /// <summary>What it sends in the orientation extension, if that is negotiated.</summary>
    public byte VideoOrientation { get; init; } = 1;

    /// <summary>Sends RFC 8285's two-byte form.</summary>
    public bool UsesTwoByteExtensions { get; init; }

    /// <summary>It sends: sendrecv or sendonly.</summary>
    public bool CanProduce { get; init; } = true;

    /// <summary>It receives: sendrecv or recvonly.</summary>
    public bool CanConsume { get; init; } = true;

    /// <summary>It answers PLI; else FIR alone.</summary>
    public bool HasPli { get; init; } = true;
}
