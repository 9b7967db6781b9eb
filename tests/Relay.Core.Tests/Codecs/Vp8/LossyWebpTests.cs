using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class LossyWebpTests
{
    public static TheoryData<string> Files => Vp8Vectors.WebpFiles;

    [Theory]
    [MemberData(nameof(Files))]
    public void A_frame_from_a_file_makes_the_same_file(string name)
    {
        byte[] file = Vp8Vectors.Bytes(name);
        byte[] frame = Vp8Vectors.Frame(name);
        byte[] written = new byte[LossyWebp.Length(frame.Length)];
        Assert.Equal(file.Length, LossyWebp.Write(frame, written));
        Assert.Equal(file, written);
    }

    [Fact]
    public void An_odd_frame_gets_a_zero_behind_it()
    {
        byte[] file = new byte[26];
        file.AsSpan().Fill(0xEE);
        Assert.Equal(24, LossyWebp.Length(3));
        Assert.Equal(24, LossyWebp.Write([1, 2, 3], file));
        Assert.Equal("524946461000000057454250" + "5650382003000000" + "01020300" + "EEEE", Convert.ToHexString(file));
    }

    [Fact]
    public void An_even_frame_gets_nothing_behind_it()
    {
        byte[] file = new byte[24];
        Assert.Equal(24, LossyWebp.Write([1, 2, 3, 4], file));
        Assert.Equal("524946461000000057454250" + "5650382004000000" + "01020304", Convert.ToHexString(file));
    }
}
