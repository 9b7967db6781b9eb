using System.Text;
using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpOfferParserTests
{
    [Theory]
    [InlineData("")]
    [InlineData("\r\n\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n")]
    public void A_text_with_no_m_line_is_refused_with_the_fix(string text)
    {
        SdpParseResult result = SdpOffer.TryParse(text);

        Assert.Equal(SdpProblem.Malformed, result.Problem);
        Assert.Contains("add a transceiver", result.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"type\":\"offer\",\"sdp\":\"v=0\"}")]
    [InlineData("<html>")]
    [InlineData("v=1\r\n")]
    [InlineData("o=- 1 1 IN IP4 0.0.0.0\r\nv=0\r\n")]
    public void A_text_that_does_not_begin_as_sdp_is_refused(string text)
    {
        SdpParseResult result = SdpOffer.TryParse(text);

        Assert.Equal(SdpProblem.Malformed, result.Problem);
        Assert.StartsWith("Line 1: ", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_m_lines_is_bounded()
    {
        var text = new StringBuilder("v=0\n");
        for (int i = 0; i < SdpLimits.MediaMax; i++)
        {
            text.Append("m=text 9 RTP/AVP 0\n");
        }

        Assert.True(SdpOffer.TryParse(text.ToString()).IsOk);
        Assert.Equal(SdpProblem.TooLarge, SdpOffer.TryParse(text + "m=text 9 RTP/AVP 0\n").Problem);
    }

    [Fact]
    public void Two_m_lines_with_one_mid_are_refused()
    {
        SdpParseResult result = SdpOffer.TryParse(SdpOffers.SmallWith("a=mid:v", "a=mid:a"));

        Assert.Equal(SdpProblem.Malformed, result.Problem);
        Assert.StartsWith("Line 14: ", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_bundle_group_counts_and_other_groups_do_not()
    {
        SdpOffer offer = SdpOffers.Parse(SdpOffers.SmallWith(
            "a=group:BUNDLE a v", "a=group:LS x\na=group:BUNDLE v a v\na=group:BUNDLE a"));

        Assert.Equal(["v", "a"], offer.BundleMids);
    }

    [Theory]
    [InlineData("a=group:BUNDLE a,v", SdpProblem.Malformed)]
    [InlineData("a=group:BUNDLE 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", SdpProblem.TooLarge)]
    public void A_bad_bundle_group_is_refused(string line, SdpProblem problem)
    {
        SdpParseResult result = SdpOffer.TryParse(SdpOffers.SmallWith("a=group:BUNDLE a v", line));

        Assert.Equal(problem, result.Problem);
        Assert.StartsWith("Line 5: ", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Ice_lite_is_seen() =>
        Assert.True(SdpOffers.Parse(SdpOffers.SmallWith("t=0 0", "t=0 0\na=ice-lite")).IceLite);

    [Fact]
    public void No_detail_repeats_the_offer()
    {
        const string secret = "s3cr3t";
        string[] lines = SdpOffers.Small.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string[] changed = [.. lines];
            changed[i] += secret + " \u0007";
            SdpParseResult result = SdpOffer.TryParse(string.Join('\n', changed));
            string? detail = result.IsOk ? SdpAnswer.Create(result.Offer, SdpOffers.Parameters).Detail : result.Detail;
            Assert.DoesNotContain(secret, detail ?? string.Empty, StringComparison.Ordinal);
        }
    }
}
