using System.Buffers.Binary;
using System.Text;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>Nothing that names a peer reaches its partner.</summary>
public sealed class IsolationTests
{
    private const string Cname = "a-very-telling-cname";

    [Fact]
    public void Nothing_that_names_a_peer_is_in_any_byte_that_its_partner_receives()
    {
        using var relay = new SimulatedRelay();
        var telling = new SimulatedMedia
        {
            AudioMid = "aud-of-a"u8.ToArray(),
            VideoMid = "vid-of-a"u8.ToArray(),
            MidExtensionId = 9,
            AbsSendTimeExtensionId = 2,
            VideoOrientationExtensionId = 3,
        };
        using var a = new SimulatedPeer(relay, 0, 1, 1, media: telling);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.VideoPayloadBytes = 300;
        // Numbers that do not come up by chance.
        a.AudioSsrc = 0xe1d2_c3b4;
        a.VideoSsrc = 0xd7c6_b5a4;
        a.RtxSsrc = 0xf9e8_d7c6;
        relay.Delay = TimeSpan.FromMilliseconds(1);
        Pair(relay, a, b);
        relay.LosesUp = d => DatagramClassifier.Classify(d) == DatagramKind.Rtp && relay.Random.Chance(0.02);
        for (int i = 0; i < 30; i++)
        {
            Talk(relay, 10, a, b);
            SendEveryKindOfRtcp(a, relay.Now);
            a.SendPadding();
            SendWithCsrcs(a);
            b.RequestRetransmission([.. b.Video.TakeLast(20).Select(p => p.Sequence)]);
            b.RequestKeyframe();
        }

        relay.Run(TimeSpan.FromSeconds(2));
        Assert.True(b.Plaintexts.Count > 500);
        Assert.Contains(b.Received, p => p.PayloadType == SimulatedPeer.RtxPayloadType);
        Assert.Contains(b.ReceivedRtcp, p => p.Length > 0);

        var secrets = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["audio SSRC"] = Bytes(a.AudioSsrc),
            ["video SSRC"] = Bytes(a.VideoSsrc),
            ["RTX SSRC"] = Bytes(a.RtxSsrc),
            ["CSRC"] = Bytes(0xc5c5_c5c5),
            ["the relay's audio SSRC towards A"] = Bytes(0x5e1f_a701),
            ["the relay's video SSRC towards A"] = Bytes(0x6d2c_b801),
            ["CNAME"] = Encoding.ASCII.GetBytes(Cname),
            ["ufrag"] = a.RemoteUfrag.Value.ToArray(),
            ["relay's ufrag for A"] = a.Credentials.Ufrag.ToArray(),
            ["audio MID"] = telling.AudioMid,
            ["video MID"] = telling.VideoMid,
            ["address"] = Bytes(a.Address.IPv4),
            ["address, XORed"] = Bytes(a.Address.IPv4 ^ 0x2112_a442),
            ["fingerprint"] = ScriptedDtls.Fingerprint(1).Value.ToArray(),
            ["NTP of A's reports"] = Bytes(0xa1b2_c3d4),
        };
        foreach ((string name, byte[] secret) in secrets)
        {
            Assert.False(
                b.Plaintexts.Any(p => p.AsSpan().IndexOf(secret) >= 0),
                $"A's {name} reached B.");
        }

        // What one searches for would be found: the payload's own mark is there.
        Assert.Contains(b.Plaintexts, p => p.AsSpan().IndexOf("from 1 "u8) >= 0);
        Assert.Equal(0, b.Rejected);
    }

    private static void SendEveryKindOfRtcp(SimulatedPeer peer, Instant now)
    {
        byte[] compound = new byte[400];
        int length = SenderReportWriter.Write(
            compound, peer.VideoSsrc, new NtpTimestamp(0xa1b2_c3d4_0000_0000UL | (uint)now.Ticks), peer.VideoTimestamp, 10, 1000);
        length += SdesWriter.WriteCname(compound.AsSpan(length), peer.VideoSsrc, Encoding.ASCII.GetBytes(Cname));
        length += PliWriter.Write(compound.AsSpan(length), peer.AudioSsrc, 0x6d2c_b801);
        length += RembWriter.Write(compound.AsSpan(length), peer.AudioSsrc, 500_000, [peer.VideoSsrc]);
        length += NackWriter.Write(compound.AsSpan(length), peer.AudioSsrc, 0x6d2c_b801, [1, 2, 3], out _);
        // APP (RFC 3550 section 6.7) with the SSRC and a name.
        byte[] app = [0x80, 204, 0, 3, .. Bytes(peer.VideoSsrc), .. "NAME"u8, .. Bytes(peer.AudioSsrc)];
        app.CopyTo(compound.AsSpan(length));
        peer.SendRtcp(compound.AsSpan(0, length + app.Length));
    }

    // Contributing sources would tell of a mixer behind the peer.
    private static void SendWithCsrcs(SimulatedPeer peer)
    {
        byte[] header = new byte[16];
        RtpHeaderWriter.Write(
            header, marker: false, peer.Media.AudioPayloadType, peer.AudioSequence++, (uint)(peer.AudioSequence * 960), peer.AudioSsrc,
            hasExtension: false);
        header[0] |= 1;
        Bytes(0xc5c5_c5c5).CopyTo(header, 12);
        peer.SendRaw(header, [7, 7, 7, 7]);
    }

    private static byte[] Bytes(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
