using Relay.Core.Safety.Schedule;
using Xunit;

namespace Relay.Core.Tests.Safety.Schedule;

public sealed class DeltaFrameSizesTests
{
    private readonly Random _random = new(9);
    private DeltaFrameSizes _sizes;

    [Fact]
    public void A_frame_many_times_as_large_is_a_jump()
    {
        Steady(100);
        Assert.True(_sizes.HandleFrame(12_000));
    }

    [Fact]
    public void The_usual_ups_and_downs_are_none()
    {
        int jumps = 0;
        for (int i = 0; i < 10_000; i++)
        {
            jumps += _sizes.HandleFrame(2000 + _random.Next(-1200, 1200)) ? 1 : 0;
        }

        Assert.Equal(0, jumps);
    }

    [Fact]
    public void A_steady_stream_may_grow_a_little()
    {
        for (int i = 0; i < 100; i++)
        {
            _sizes.HandleFrame(1000);
        }

        Assert.False(_sizes.HandleFrame(1790));
        Assert.True(_sizes.HandleFrame(1900));
    }

    [Fact]
    public void Nothing_is_said_before_thirty_frames()
    {
        for (int i = 0; i < DeltaFrameSizes.FramesMin; i++)
        {
            Assert.False(_sizes.HandleFrame(i == DeltaFrameSizes.FramesMin - 1 ? 90_000 : 1000));
        }
    }

    [Fact]
    public void A_jump_does_not_hide_the_next()
    {
        Steady(100);
        Assert.True(_sizes.HandleFrame(60_000));
        Steady(60);
        Assert.True(_sizes.HandleFrame(15_000));
    }

    [Fact]
    public void A_new_level_is_learned()
    {
        Steady(100);
        int jumps = 0;
        for (int i = 0; i < 300; i++)
        {
            jumps += _sizes.HandleFrame(8000) ? 1 : 0;
        }

        Assert.InRange(jumps, 1, 40);
        Assert.False(_sizes.HandleFrame(8000));
    }

    [Fact]
    public void Empty_frames_are_no_jump()
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.False(_sizes.HandleFrame(0));
        }
    }

    private void Steady(int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            _sizes.HandleFrame(2000 + _random.Next(-500, 500));
        }
    }
}
