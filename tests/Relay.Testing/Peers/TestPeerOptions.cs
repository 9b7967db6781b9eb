using System.Net;
using Relay.Core.Srtp;

namespace Relay.Testing.Peers;

/// <summary>How a <see cref="TestPeer"/> behaves.</summary>
public sealed record TestPeerOptions
{
    /// <summary>
    /// Where the peer sends from. All of 127.0.0.0/8 is loopback on Linux, so every peer can have an address of its own.
    /// </summary>
    public IPAddress LocalAddress { get; init; } = IPAddress.Loopback;

    /// <summary>Where to send instead of the answer's first candidate, such as to a proxy in front of it.</summary>
    public Func<IPEndPoint, IPEndPoint>? Route { get; init; }

    /// <summary>Names the offer's m-lines with random mids instead of 0 and 1, so that they can be told from others'.</summary>
    public bool UsesRandomMids { get; init; }

    /// <summary>False offers audio alone.</summary>
    public bool WithVideo { get; init; } = true;

    /// <summary>The SRTP profiles of the ClientHello, best first.</summary>
    public IReadOnlyList<SrtpProfile> SrtpProfiles { get; init; } =
        [SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm, SrtpProfile.Aes128CmSha1_80];

    /// <summary>
    /// Sends media by the clock as soon as the peer is connected. False: only what <see cref="TestPeer.SendVideoFrame"/> and
    /// <see cref="TestPeer.SendAudioPacket"/> are called for.
    /// </summary>
    public bool SendsMedia { get; init; } = true;

    public int FramesPerSecond { get; init; } = 30;

    public int AudioPacketsPerSecond { get; init; } = 50;

    /// <summary>RTP packets of a keyframe.</summary>
    public int KeyframePackets { get; init; } = 6;

    /// <summary>RTP packets of any other frame.</summary>
    public int DeltaFramePackets { get; init; } = 2;

    public int VideoPayloadBytes { get; init; } = 900;

    public int AudioPayloadBytes { get; init; } = 80;

    /// <summary>Asks for missing video packets by itself.</summary>
    public bool SendsNacks { get; init; } = true;

    /// <summary>Keeps every received datagram and every decrypted packet; see <see cref="TestPeer.Captured"/>.</summary>
    public bool CapturesReceived { get; init; }

    /// <summary>Keeps every sent datagram; see <see cref="TestPeer.CapturedSent"/>.</summary>
    public bool CapturesSent { get; init; }

    /// <summary>Share of arriving datagrams thrown away once connected, 0 to 1.</summary>
    public double IncomingLoss { get; init; }

    /// <summary>Share of media datagrams thrown away instead of sent, 0 to 1.</summary>
    public double OutgoingLoss { get; init; }

    /// <summary>Seed of the losses.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The mean pause between consent checks (RFC 7675: 5 s; browsers 2.5 s).</summary>
    public TimeSpan ConsentInterval { get; init; } = TimeSpan.FromSeconds(2);
}
