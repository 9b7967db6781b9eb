using Relay.Core.Engine;
using Relay.Core.Primitives;
using Xunit;

namespace Relay.Simulation;

/// <summary>What scenarios have in common: peers that talk, and what must hold of what they received.</summary>
internal static class Conversation
{
    /// <summary>Between two video frames.</summary>
    public static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(33);

    /// <summary>Connects both and pairs them.</summary>
    public static void Pair(SimulatedRelay relay, SimulatedPeer a, SimulatedPeer b)
    {
        a.Connect();
        b.Connect();
        relay.Command(Command.Connect(a.Id, b.Id, withVideo: true));
    }

    public static void Talk(SimulatedRelay relay, int frames, params SimulatedPeer[] peers)
    {
        for (int i = 0; i < frames; i++)
        {
            foreach (SimulatedPeer peer in peers)
            {
                peer.SendFrame(keyframe: false);
                peer.SendAudio();
                if (i % 60 == 0)
                {
                    peer.SendBinding();
                }
            }

            relay.Run(Frame);
        }
    }

    public static void AssertCleanVideo(SimulatedPeer peer, byte from)
    {
        List<ReceivedRtp> video = [.. peer.Video];
        Assert.NotEmpty(video);
        Assert.True(video[0].Vp8.IsKeyframe);
        Assert.All(video, p => Assert.True(p.IsFrom(from)));
        AssertContinuous(video);
    }

    public static void AssertContinuous(List<ReceivedRtp> video)
    {
        for (int i = 1; i < video.Count; i++)
        {
            ReceivedRtp last = video[i - 1];
            ReceivedRtp next = video[i];
            Assert.Equal(last.Ssrc, next.Ssrc);
            Assert.Equal((ushort)(last.Sequence + 1), next.Sequence);
            bool isNewFrame = last.Marker;
            Assert.Equal(isNewFrame, last.Timestamp != next.Timestamp);
            Assert.InRange(next.Timestamp - last.Timestamp, 0u, 90_000u);
            Assert.Equal((last.Vp8.PictureId + (isNewFrame ? 1 : 0)) & 0x7fff, next.Vp8.PictureId);
            Assert.Equal((byte)(last.Vp8.Tl0PicIdx + (isNewFrame ? 1 : 0)), next.Vp8.Tl0PicIdx);
        }
    }

    public static void AssertComplete(SimulatedPeer peer)
    {
        List<int> numbers = [];
        long reference = 100_000;
        foreach (ReceivedRtp packet in peer.Video)
        {
            reference = SequenceNumber.Extend(packet.Sequence, reference);
            numbers.Add((int)reference);
        }

        numbers.Sort();
        Assert.True(numbers.Count > 500);
        Assert.Equal(Enumerable.Range(numbers[0], numbers.Count), numbers);
    }
}
