using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpLineReaderTests
{
    [Theory]
    [InlineData("v=0\r\ns=-\r\n")]
    [InlineData("v=0\ns=-\n")]
    [InlineData("v=0\rs=-")]
    [InlineData("v=0\r\n\r\n\ns=- \r\n\r\n")]
    public void Every_line_end_is_read(string text)
    {
        (List<string> lines, SdpError error) = ReadAll(text);

        Assert.Equal(["v:0", "s:-"], lines);
        Assert.False(error.IsSet);
    }

    [Theory]
    [InlineData("v=0\nhello\n", 2)]
    [InlineData("v=0\n\n=\n", 3)]
    [InlineData("x=1\n", 1)]
    [InlineData("v", 1)]
    [InlineData("v=0\n a=b\n", 2)]
    public void A_line_that_is_none_is_named(string text, int line)
    {
        (_, SdpError error) = ReadAll(text);

        Assert.Equal(SdpProblem.Malformed, error.Problem);
        Assert.StartsWith($"Line {line}: ", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_lines_and_line_count_are_bounded()
    {
        Assert.False(ReadAll("s=" + new string('x', SdpLimits.LineCharsMax - 2)).Error.IsSet);
        Assert.Equal(SdpProblem.TooLarge, ReadAll("s=" + new string('x', SdpLimits.LineCharsMax - 1)).Error.Problem);
        Assert.False(ReadAll(Repeat("s=-\n", SdpLimits.LinesMax)).Error.IsSet);
        Assert.Equal(SdpProblem.TooLarge, ReadAll(Repeat("s=-\n", SdpLimits.LinesMax + 1)).Error.Problem);
        Assert.Equal(SdpProblem.TooLarge, ReadAll(new string('\n', SdpLimits.LinesMax + 1)).Error.Problem);
        Assert.Equal(SdpProblem.TooLarge, ReadAll(Repeat("s=-------------\n", (SdpLimits.TextCharsMax / 16) + 1)).Error.Problem);
    }

    [Fact]
    public void An_attribute_splits_at_its_first_colon()
    {
        var reader = new SdpLineReader("a=fingerprint: sha-256 AB:CD\na=rtcp-mux\n", new SdpError());

        Assert.True(reader.TryRead());
        reader.SplitAttribute(out ReadOnlySpan<char> name, out ReadOnlySpan<char> value);
        Assert.Equal("fingerprint", name.ToString());
        Assert.Equal("sha-256 AB:CD", value.ToString());

        Assert.True(reader.TryRead());
        reader.SplitAttribute(out name, out value);
        Assert.Equal("rtcp-mux", name.ToString());
        Assert.Equal(string.Empty, value.ToString());
        Assert.False(reader.TryRead());
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static (List<string> Lines, SdpError Error) ReadAll(string text)
    {
        var error = new SdpError();
        var reader = new SdpLineReader(text, error);
        var lines = new List<string>();
        while (reader.TryRead())
        {
            lines.Add($"{reader.Type}:{reader.Value}");
        }

        return (lines, error);
    }
}
