using Relay.Core.Codecs;
using Relay.Testing.Peers;
using Xunit;

namespace Relay.Host.Tests.Testing;

public class StreamAnalysisTests
{
    private const ulong First = 1;
    private const ulong Second = 2;

    [Fact]
    public void A_switch_of_sources_at_a_keyframe_is_no_break()
    {
        StreamAnalysis analysis = Analyze([.. Frames(First, 40, 5, 0), .. Frames(Second, 900, 5, 5)]);
        Assert.Empty(analysis.Breaks);
        Assert.Equal([First, Second], analysis.Sources);
        Assert.Equal(10, analysis.Frames.Count);
        Assert.All(analysis.Frames, f => Assert.True(f.IsComplete));
    }

    [Theory]
    [InlineData("missing before")]
    [InlineData("not whole")]
    public void A_missing_packet_is_a_break(string expected)
    {
        List<ReceivedPacket> packets = Frames(First, 0, 5, 0);
        packets.RemoveAt(5);
        StreamAnalysis analysis = Analyze(packets);
        Assert.Contains(analysis.Breaks, b => b.Contains(expected, StringComparison.Ordinal));
        Assert.Equal(1, analysis.LostPackets);
    }

    [Fact]
    public void A_jump_of_any_number_is_a_break()
    {
        AssertBreak("picture id", p => p with { PictureId = (ushort)(p.PictureId + 1) });
        AssertBreak("TL0PICIDX", p => p with { Tl0PicIdx = (byte)(p.Tl0PicIdx + 1) });
        AssertBreak("KEYIDX", p => p with { KeyIdx = (byte)(p.KeyIdx + 1) });
        AssertBreak("timestamp", p => p with { Timestamp = p.Timestamp - 90_000 });
        AssertBreak("another source", p => p with { Stamp = p.Stamp with { MediaTag = Second } });
    }

    [Fact]
    public void A_stream_that_starts_in_the_middle_is_a_break() =>
        Assert.Contains(Analyze(Frames(First, 0, 3, 0)[2..]).Breaks, b => b.Contains("keyframe", StringComparison.Ordinal));

    [Fact]
    public void Frames_left_out_without_a_gap_are_counted()
    {
        List<ReceivedPacket> packets = Frames(First, 0, 3, 0);
        packets.AddRange(Frames(First, 8, 3, 3).Select(p => p with { KeyIdx = 4, IsKeyframe = false }));
        StreamAnalysis analysis = Analyze(packets);
        Assert.Empty(analysis.Breaks);
        Assert.Equal(5, analysis.LeftOut);
    }

    [Fact]
    public void Audio_needs_moving_timestamps()
    {
        List<ReceivedPacket> packets = Frames(First, 0, 1, 0);
        Assert.NotEmpty(StreamAnalysis.Of(MediaKind.Audio, packets).Breaks);
        packets = [packets[0], packets[1] with { Timestamp = packets[0].Timestamp + 960 }];
        Assert.Empty(StreamAnalysis.Of(MediaKind.Audio, packets).Breaks);
    }

    private static void AssertBreak(string expected, Func<ReceivedPacket, ReceivedPacket> change)
    {
        List<ReceivedPacket> packets = Frames(First, 0, 4, 0);
        for (int i = 4; i < 6; i++)
        {
            packets[i] = change(packets[i]);
        }

        Assert.Contains(Analyze(packets).Breaks, b => b.Contains(expected, StringComparison.Ordinal));
    }

    private static StreamAnalysis Analyze(IReadOnlyList<ReceivedPacket> packets) => StreamAnalysis.Of(MediaKind.Video, packets);

    /// <summary>Frames of two packets each; the first is a keyframe, and the numbers wrap on the way.</summary>
    private static List<ReceivedPacket> Frames(ulong tag, uint firstNumber, int count, int position)
    {
        var packets = new List<ReceivedPacket>();
        for (int frame = 0; frame < count; frame++)
        {
            for (int i = 0; i < 2; i++)
            {
                int at = position + frame;
                packets.Add(new ReceivedPacket
                {
                    Sequence = 65_530 + (2 * at) + i,
                    Timestamp = unchecked((uint)(-6000 + (3000 * at))),
                    Marker = i == 1,
                    IsStartOfFrame = i == 0,
                    IsKeyframe = i == 0 && frame == 0,
                    PictureId = (ushort)((0x7FFE + at) & 0x7FFF),
                    Tl0PicIdx = (byte)(254 + at),
                    KeyIdx = (byte)(position == 0 ? 4 : 5),
                    Stamp = new MediaStamp(tag, firstNumber + (uint)frame, (ushort)i, 2),
                });
            }
        }

        return packets;
    }
}
