namespace Relay.Core.Srtp;

/// <summary>What a context remembers of one SSRC.</summary>
internal struct SrtpStream
{
    /// <summary>RTP packet indexes.</summary>
    public ReplayWindow Rtp;

    /// <summary>SRTCP indexes. Not used by senders, who count all their SRTCP packets together.</summary>
    public ReplayWindow Rtcp;
}
