namespace Relay.Testing.Peers;

/// <summary>What a peer has sent and received, in packets unless the name says otherwise.</summary>
public sealed record PeerCounters
{
    public int VideoFramesSent { get; init; }

    public int KeyframesSent { get; init; }

    public int VideoPacketsSent { get; init; }

    public int AudioPacketsSent { get; init; }

    /// <summary>RTX packets sent in answer to NACKs.</summary>
    public int RtxSent { get; init; }

    public int NacksSent { get; init; }

    public int RtpReceived { get; init; }

    public int RtcpReceived { get; init; }

    public int PliReceived { get; init; }

    public int FirReceived { get; init; }

    public int NacksReceived { get; init; }

    public int SenderReportsReceived { get; init; }

    public int ReceiverReportsReceived { get; init; }

    public int TransportFeedbackReceived { get; init; }

    /// <summary>REMB messages.</summary>
    public int BitrateEstimatesReceived { get; init; }

    public int ByesReceived { get; init; }

    /// <summary>Datagrams that SRTP did not accept.</summary>
    public int UnprotectFailures { get; init; }

    /// <summary>Datagrams of no known protocol, RTP on SSRCs that the answer does not name, malformed RTP or RTCP.</summary>
    public int Unexpected { get; init; }
}
