using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpSourceTests
{
    private readonly SdpSourceList _list = new();
    private readonly SdpError _error = new();

    [Fact]
    public void Retransmission_and_fec_streams_belong_to_their_source()
    {
        Assert.True(_list.TryAddGroup("FID 10 20", 1, _error));
        Assert.True(_list.TryAddGroup("FEC-FR 10 30", 2, _error));
        foreach (string value in (string[])["10 cname:x", "10 msid:a b", "20 cname:x", "30 cname:x", "40 cname:x", "0 cname:x"])
        {
            Assert.True(_list.TryAddSource(value, 3, _error));
        }

        Assert.Equal([new SdpSource(10, 20), new SdpSource(40, 0)], _list.Build());
    }

    [Fact]
    public void Simulcast_layers_are_sources_of_their_own()
    {
        Assert.True(_list.TryAddGroup("SIM 1 2 3", 1, _error));
        Assert.True(_list.TryAddGroup("FID 1 4", 2, _error));
        Assert.True(_list.TryAddGroup("FID 2 5", 3, _error));

        Assert.Equal([new SdpSource(1, 4), new SdpSource(2, 5)], _list.Build());
    }

    [Theory]
    [InlineData("")]
    [InlineData("cname:x")]
    [InlineData("4294967296 cname:x")]
    [InlineData("-1")]
    public void A_source_must_begin_with_an_ssrc(string value)
    {
        Assert.False(_list.TryAddSource(value, 7, _error));
        Assert.StartsWith("Line 7: ", _error.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FID")]
    [InlineData("FID 1")]
    [InlineData("FID 1 1")]
    [InlineData("FID 1 x")]
    public void A_group_must_name_two_ssrcs(string value) => Assert.False(_list.TryAddGroup(value, 1, _error));

    [Fact]
    public void Sources_and_groups_are_bounded()
    {
        for (int i = 1; i <= SdpLimits.SsrcsMax; i++)
        {
            Assert.True(_list.TryAddSource($"{i} cname:x", 1, _error));
        }

        Assert.False(_list.TryAddSource("1000 cname:x", 2, _error));
        Assert.Equal(SdpProblem.TooLarge, _error.Problem);

        var groups = new SdpSourceList();
        for (int i = 0; i < SdpLimits.SsrcGroupsMax; i++)
        {
            Assert.True(groups.TryAddGroup("FID 1 2", 1, new SdpError()));
        }

        Assert.False(groups.TryAddGroup("FID 1 2", 1, new SdpError()));
    }
}
