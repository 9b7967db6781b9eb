using System.Text;
using Relay.Core.Safety.Text;
using Xunit;

namespace Relay.Core.Tests.Safety.Text;

public sealed class WordListReaderTests
{
    private readonly WordListReader _reader = new();

    [Fact]
    public void Entries_stand_one_a_line()
    {
        Assert.True(_reader.TryRead("a", "\uFEFF# fruit\r\n\r\n Banana \r\nkumquat*\nspotted dick", out _));
        Assert.True(_reader.TryRead("b", "banana\nBÄNANA\nplum", out _));
        Assert.Equal(4, _reader.ToList().Count);
    }

    [Theory]
    [InlineData("?!", "expected a word")]
    [InlineData("*", "expected a word")]
    [InlineData("a*b", "expected a word")]
    [InlineData("**", "expected a word")]
    [InlineData("ba*", "at least 3 letters")]
    [InlineData("two words*", "one word")]
    public void A_fault_names_file_and_line(string line, string what)
    {
        Assert.False(_reader.TryRead("words/en.txt", $"banana\n{line}\nplum", out WordListFault fault));
        Assert.Equal(("words/en.txt", 2), (fault.File, fault.Line));
        Assert.Contains(what, fault.What, StringComparison.Ordinal);
        Assert.StartsWith("words/en.txt:2: ", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_and_their_number_have_limits()
    {
        Assert.True(_reader.TryRead("a", new string('x', WordListReader.LengthMax), out _));
        Assert.False(_reader.TryRead("a", new string('x', WordListReader.LengthMax + 1), out _));
        StringBuilder text = new();
        for (int i = 0; i < WordListReader.EntriesMax; i++)
        {
            text.Append('w').Append(i).Append('\n');
        }

        WordListReader full = new();
        Assert.True(full.TryRead("a", text.ToString(), out _));
        Assert.False(full.TryRead("b", "banana", out WordListFault fault));
        Assert.Equal("b:1: a list holds at most 100,000 entries", fault.ToString());
    }
}
