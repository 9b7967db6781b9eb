using Relay.Core.Diagnostics;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class ReceivedWindowTests
{
    private readonly ReceivedWindow _window = new();

    [Fact]
    public void Each_number_passes_once()
    {
        Assert.Equal(-1, _window.Highest);
        Assert.Equal(DropReason.None, _window.Add(70_000));
        Assert.Equal(DropReason.Duplicate, _window.Add(70_000));
        Assert.Equal(DropReason.None, _window.Add(69_999));
        Assert.Equal(DropReason.Duplicate, _window.Add(69_999));
        Assert.Equal(70_000, _window.Highest);
        Assert.True(_window.Contains(69_999));
        Assert.False(_window.Contains(69_998));
        Assert.False(_window.Contains(70_001));
    }

    [Fact]
    public void What_lies_too_far_back_counts_as_a_duplicate()
    {
        _window.Add(100_000);
        Assert.Equal(DropReason.None, _window.Add(100_000 - ReceivedWindow.Size + 1));
        Assert.Equal(DropReason.Duplicate, _window.Add(100_000 - ReceivedWindow.Size));
        Assert.False(_window.Contains(100_000 - ReceivedWindow.Size));
    }

    [Theory]
    [InlineData(ReceivedWindow.Size - 1)]
    [InlineData(ReceivedWindow.Size)]
    [InlineData(ReceivedWindow.Size + 1)]
    [InlineData(10 * ReceivedWindow.Size)]
    public void A_jump_forgets_what_it_leaves_behind(int jump)
    {
        for (int i = 0; i < ReceivedWindow.Size; i++)
        {
            _window.Add(100_000 + i);
        }

        long highest = 100_000 + ReceivedWindow.Size - 1 + jump;
        Assert.Equal(DropReason.None, _window.Add(highest));
        for (long gap = highest - Math.Min(jump, ReceivedWindow.Size) + 1; gap < highest; gap++)
        {
            Assert.False(_window.Contains(gap));
        }

        Assert.Equal(jump < ReceivedWindow.Size, _window.Contains(highest - jump));
    }

    [Fact]
    public void Random_arrivals_agree_with_a_set()
    {
        var random = new Random(1);
        HashSet<long> seen = [];
        long highest = 70_000;
        _window.Add(highest);
        seen.Add(highest);
        for (int i = 0; i < 100_000; i++)
        {
            int kind = random.Next(100);
            long sequence = kind == 0 ? highest + random.Next(5_000)
                : kind < 50 ? highest + random.Next(4)
                : highest - random.Next(2_500);
            bool isNew = sequence > highest || (sequence > highest - ReceivedWindow.Size && !seen.Contains(sequence));
            Assert.Equal(seen.Contains(sequence) && sequence > highest - ReceivedWindow.Size, _window.Contains(sequence));
            Assert.Equal(isNew ? DropReason.None : DropReason.Duplicate, _window.Add(sequence));
            seen.Add(sequence);
            highest = Math.Max(highest, sequence);
            Assert.Equal(highest, _window.Highest);
        }
    }

    [Fact]
    public void After_a_reset_the_same_numbers_pass_again()
    {
        _window.Add(70_000);
        _window.Reset();
        Assert.Equal(-1, _window.Highest);
        Assert.False(_window.Contains(70_000));
        Assert.Equal(DropReason.None, _window.Add(70_000));
    }
}
