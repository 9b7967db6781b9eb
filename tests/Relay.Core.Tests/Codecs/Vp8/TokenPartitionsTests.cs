using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class TokenPartitionsTests
{
    private readonly TokenPartitions _partitions = new();

    [Fact]
    public void Rows_take_turns_and_go_on_where_the_last_one_stopped()
    {
        byte[][] codes = [Numbers(10, 11), Numbers(20, 21), Numbers(30, 31), Numbers(40, 41)];
        byte[] data =
        [
            (byte)codes[0].Length, 0, 0, (byte)codes[1].Length, 0, 0, (byte)codes[2].Length, 0, 0,
            .. codes.SelectMany(code => code),
        ];
        Assert.Equal(Vp8FrameError.None, _partitions.Read(data, 4));
        int[] numbers = new int[8];
        for (int row = 0; row < 8; row++)
        {
            BoolDecoder decoder = _partitions.Open(data, row);
            numbers[row] = decoder.ReadLiteral(8);
            _partitions.Close(row, decoder);
        }

        Assert.Equal([10, 20, 30, 40, 11, 21, 31, 41], numbers);
    }

    [Theory]
    // One partition takes all there is, but there must be some.
    [InlineData("", 1, Vp8FrameError.Truncated)]
    [InlineData("00", 1, Vp8FrameError.None)]
    // Two: the length of the first, the first, the second.
    [InlineData("0100", 2, Vp8FrameError.Truncated)]
    [InlineData("020000AABBCC", 2, Vp8FrameError.None)]
    [InlineData("030000AABBCC", 2, Vp8FrameError.Truncated)]
    [InlineData("040000AABBCC", 2, Vp8FrameError.Truncated)]
    [InlineData("000000AABBCC", 2, Vp8FrameError.Truncated)]
    [InlineData("FFFFFFAABBCC", 2, Vp8FrameError.Truncated)]
    public void Partitions_lie_within_the_frame(string hex, int count, Vp8FrameError expected) =>
        Assert.Equal(expected, _partitions.Read(Convert.FromHexString(hex), count));

    private static byte[] Numbers(int first, int second)
    {
        var encoder = new BoolEncoder();
        encoder.WriteLiteral(first, 8);
        encoder.WriteLiteral(second, 8);
        return encoder.Finish();
    }
}
