using Relay.Core.Codecs.Vp8;
using Relay.Core.Tests.Rtp;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class Vp8KeyframeAssemblerTests
{
    private const uint Timestamp = 90_000;
    private const long First = 0x1FFFE;

    private static readonly byte[] Frame = Vp8Vectors.Frame("camera.vp8");

    private readonly Vp8KeyframeAssembler _assembler = new(new Vp8FrameLimits());

    [Fact]
    public void Payloads_in_order_make_the_frame()
    {
        byte[][] payloads = Packetize(Frame, 1000);
        AddAll(payloads, Enumerable.Range(0, payloads.Length));
        AssertWhole();

        // The assembler serves the next frame as well.
        byte[] small = Vp8Vectors.Frame("odd-small.vp8");
        AddAll(Packetize(small, 300), [0, 1, 2]);
        Assert.Equal(Vp8FrameError.None, _assembler.TryAssemble(out ReadOnlySpan<byte> frame, out Vp8FrameTag tag));
        Assert.Equal(small, frame);
        Assert.Equal((33, 17), (tag.Width, tag.Height));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_order_will_do(int seed)
    {
        byte[][] payloads = Packetize(Frame, 100);
        int[] order = [.. Enumerable.Range(0, payloads.Length)];
        new Random(seed).Shuffle(order);
        AddAll(payloads, order);
        AssertWhole();
    }

    [Fact]
    public void A_packet_counts_once()
    {
        byte[][] payloads = Packetize(Frame, 1000);
        AddAll(payloads, Enumerable.Range(0, payloads.Length));
        for (int i = 0; i < payloads.Length; i++)
        {
            Assert.Equal(Vp8FrameError.Duplicate, _assembler.Add(First + i, Timestamp, i == payloads.Length - 1, payloads[i]));
        }

        AssertWhole();
    }

    [Fact]
    public void A_frame_is_incomplete_until_the_last_gap_is_filled()
    {
        byte[][] payloads = Packetize(Frame, 1000);
        for (int missing = 0; missing < payloads.Length; missing++)
        {
            AddAll(payloads, Enumerable.Range(0, payloads.Length).Where(i => i != missing));
            Assert.Equal(Vp8FrameError.Incomplete, _assembler.TryAssemble(out ReadOnlySpan<byte> frame, out _));
            Assert.True(frame.IsEmpty);
            Add(payloads, missing);
            AssertWhole();
        }
    }

    [Fact]
    public void Without_packets_there_is_no_frame() =>
        Assert.Equal(Vp8FrameError.Incomplete, _assembler.TryAssemble(out _, out _));

    [Fact]
    public void Packets_of_other_frames_are_not_taken()
    {
        byte[][] payloads = Packetize(Frame, 1000);
        AddAll(payloads, Enumerable.Range(0, payloads.Length));
        Assert.Equal(Vp8FrameError.OtherFrame, _assembler.Add(First - 1, Timestamp - 3000, true, payloads[0]));

        // The same time, another picture id; and none.
        Assert.Equal(Vp8FrameError.OtherFrame, _assembler.Add(First - 1, Timestamp, false, [0x90, 0x80, 0x80, 0x02, 1]));
        Assert.Equal(Vp8FrameError.OtherFrame, _assembler.Add(First - 1, Timestamp, false, [0x00, 1]));
        AssertWhole();
    }

    [Fact]
    public void The_frame_ends_at_the_marker()
    {
        byte[][] payloads = Packetize(Frame, 1000);
        AddAll(payloads, Enumerable.Range(0, payloads.Length));
        Assert.Equal(Vp8FrameError.None, _assembler.Add(First + payloads.Length, Timestamp, true, payloads[^1]));
        AssertWhole();
    }

    [Fact]
    public void A_frame_has_one_start()
    {
        byte[][] payloads = Packetize(Frame, 1000);
        payloads[2][0] |= 0x10;
        payloads[2][4] &= 0xFE;
        AddAll(payloads, Enumerable.Range(0, payloads.Length));
        Assert.Equal(Vp8FrameError.MalformedPayload, _assembler.TryAssemble(out _, out _));
    }

    [Fact]
    public void Only_keyframes_are_put_together()
    {
        byte[] payload = Packetize(Frame, 1000)[0];
        payload[4] |= 1;
        _assembler.Start(Timestamp);
        Assert.Equal(Vp8FrameError.NotKeyframe, _assembler.Add(First, Timestamp, false, payload));
        Assert.Equal(Vp8FrameError.MalformedPayload, _assembler.Add(First, Timestamp, false, []));
        Assert.Equal(Vp8FrameError.MalformedPayload, _assembler.Add(First, Timestamp, false, [0x90, 0x80, 0x01]));
    }

    [Fact]
    public void What_cannot_be_decoded_is_no_frame()
    {
        byte[] frame = (byte[])Frame.Clone();
        frame[3] = 0;
        byte[][] payloads = Packetize(frame, 1000);
        AddAll(payloads, Enumerable.Range(0, payloads.Length));
        Assert.Equal(Vp8FrameError.BadStartCode, _assembler.TryAssemble(out ReadOnlySpan<byte> none, out _));
        Assert.True(none.IsEmpty);
    }

    [Fact]
    public void Packets_bytes_and_pixels_have_limits()
    {
        byte[][] payloads = Packetize(Frame, 100);
        var fewPackets = new Vp8KeyframeAssembler(new Vp8FrameLimits { PacketsMax = 40 });
        var fewBytes = new Vp8KeyframeAssembler(new Vp8FrameLimits { BytesMax = 4050 });
        fewPackets.Start(Timestamp);
        fewBytes.Start(Timestamp);
        for (int i = 0; i < 50; i++)
        {
            Vp8FrameError byPackets = fewPackets.Add(First + i, Timestamp, false, payloads[i]);
            Vp8FrameError byBytes = fewBytes.Add(First + i, Timestamp, false, payloads[i]);
            Assert.Equal(i < 40 ? Vp8FrameError.None : Vp8FrameError.TooManyPackets, byPackets);
            Assert.Equal(i < 40 ? Vp8FrameError.None : Vp8FrameError.TooManyBytes, byBytes);
        }

        var small = new Vp8KeyframeAssembler(new Vp8FrameLimits { SideMax = 639 });
        AddAll(small, payloads, Enumerable.Range(0, payloads.Length));
        Assert.Equal(Vp8FrameError.TooLarge, small.TryAssemble(out _, out _));
    }

    [Fact]
    public void Damaged_payloads_never_throw()
    {
        byte[][] payloads = Packetize(Vp8Vectors.Frame("odd-small.vp8"), 150);
        var random = new Random(7741);
        WireFuzz.Mutate(
            seed: 7741,
            rounds: 100_000,
            payload =>
            {
                int place = random.Next(-1, payloads.Length + 1);
                _assembler.Start(Timestamp);
                for (int i = 0; i < payloads.Length; i++)
                {
                    _ = i == place
                        ? _assembler.Add(First + random.Next(payloads.Length), Timestamp, random.Next(4) == 0, payload)
                        : _assembler.Add(First + i, Timestamp, i == payloads.Length - 1, payloads[i]);
                }

                return _assembler.TryAssemble(out _, out _) == Vp8FrameError.None;
            },
            payloads);
    }

    [Fact]
    public void Frames_after_the_first_allocate_nothing()
    {
        byte[][] payloads = Packetize(Frame, 1000);
        int[] order = [.. Enumerable.Range(0, payloads.Length)];
        Assert.Equal(0, WireFuzz.AllocatedBytes(() =>
        {
            _assembler.Start(Timestamp);
            foreach (int i in order)
            {
                _assembler.Add(First + i, Timestamp, i == payloads.Length - 1, payloads[i]);
            }

            _assembler.TryAssemble(out _, out _);
        }));
    }

    /// <summary>As Chromium does: a descriptor with a 15-bit picture id, S in the first packet.</summary>
    private static byte[][] Packetize(byte[] frame, int size) =>
        [.. frame.Chunk(size).Select((data, i) => (byte[])[(byte)(i == 0 ? 0x90 : 0x80), 0x80, 0x80, 0x01, .. data])];

    private void AddAll(byte[][] payloads, IEnumerable<int> order) => AddAll(_assembler, payloads, order);

    private static void AddAll(Vp8KeyframeAssembler assembler, byte[][] payloads, IEnumerable<int> order)
    {
        assembler.Start(Timestamp);
        foreach (int i in order)
        {
            Assert.Equal(Vp8FrameError.None, assembler.Add(First + i, Timestamp, i == payloads.Length - 1, payloads[i]));
        }
    }

    private void Add(byte[][] payloads, int i) =>
        Assert.Equal(Vp8FrameError.None, _assembler.Add(First + i, Timestamp, i == payloads.Length - 1, payloads[i]));

    private void AssertWhole()
    {
        Assert.Equal(Vp8FrameError.None, _assembler.TryAssemble(out ReadOnlySpan<byte> frame, out Vp8FrameTag tag));
        Assert.Equal(Frame, frame);
        Assert.Equal((640, 480), (tag.Width, tag.Height));
    }
}
