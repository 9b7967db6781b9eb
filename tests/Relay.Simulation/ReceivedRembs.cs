using Relay.Core.Diagnostics;
using Relay.Core.Rtp.Rtcp;

namespace Relay.Simulation;

/// <summary>The bandwidth estimates that a peer was sent.</summary>
public static class ReceivedRembs
{
    /// <summary>All of them, in order, with who sent them and about which stream.</summary>
    public static IReadOnlyList<(ulong Bitrate, uint Sender, uint Media)> Rembs(this SimulatedPeer peer)
    {
        List<(ulong, uint, uint)> found = [];
        foreach (byte[] compound in peer.ReceivedRtcp)
        {
            RtcpCompoundReader.TryParse(compound, out RtcpCompoundReader reader);
            foreach (RtcpPacket packet in reader)
            {
                if (packet.Type == RtcpPacketType.PayloadFeedback
                    && packet.Format == FeedbackFormat.ApplicationLayer
                    && RembReader.TryParse(packet, out RembReader remb) == DropReason.None)
                {
                    found.Add((remb.BitrateBitsPerSecond, remb.SenderSsrc, remb.GetSsrc(0)));
                }
            }
        }

        return found;
    }
}
