using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpFragmentTests
{
    private const string Restart = """
        a=ice-options:trickle ice2
        a=group:BUNDLE 0 1
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        a=mid:0
        a=ice-ufrag:ysXw
        a=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k
        a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1
        a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ host generation 0 ufrag EsAw network-id 2
        a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0 ufrag EsAw network-id 1
        a=end-of-candidates

        """;

    [Fact]
    public void A_restart_is_read()
    {
        SdpFragment fragment = Parse(Restart.ReplaceLineEndings("\r\n"));

        Assert.Equal(("ysXw", "vw5LmwG4y/e6dPP/zAP9Gp5k"), (fragment.UsernameFragment, fragment.Password));
        Assert.Equal((3, true), (fragment.CandidateCount, fragment.EndOfCandidates));
        Assert.True(fragment.IsRestartOf("EsAw", "P2uYro0UCOQ4zxjKXaWCBui1"));
        Assert.True(fragment.IsRestartOf("ysXw", "P2uYro0UCOQ4zxjKXaWCBui1"));
        Assert.False(fragment.IsRestartOf("ysXw", "vw5LmwG4y/e6dPP/zAP9Gp5k"));
    }

    [Fact]
    public void A_fragment_without_credentials_restarts_nothing()
    {
        SdpFragment fragment = Parse("a=mid:0\na=end-of-candidates\n");

        Assert.Null(fragment.UsernameFragment);
        Assert.False(fragment.IsRestartOf("a", "b"));
        Assert.Equal(0, Parse(string.Empty).CandidateCount);
    }

    [Fact]
    public void Equal_credentials_may_stand_in_every_m_line()
    {
        SdpFragment fragment = Parse(Restart + Restart);
        Assert.Equal("ysXw", fragment.UsernameFragment);
    }

    [Theory]
    [InlineData("a=ice-ufrag:abcd\n", SdpProblem.Malformed, "both or neither")]
    [InlineData("a=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\n", SdpProblem.Malformed, "both or neither")]
    [InlineData("a=ice-ufrag:abcd\na=ice-ufrag:efgh\n", SdpProblem.Malformed, "Line 2: ")]
    [InlineData("a=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\na=ice-pwd:xw5LmwG4y/e6dPP/zAP9Gp5k\n", SdpProblem.Malformed, "Line 2: ")]
    [InlineData("a=ice-ufrag:a\n", SdpProblem.Malformed, "Line 1: ")]
    [InlineData("a=candidate:1 1 udp\n", SdpProblem.Malformed, "Line 1: ")]
    [InlineData("{}", SdpProblem.Malformed, "Line 1: ")]
    public void A_refusal_names_the_line_and_the_fix(string text, SdpProblem problem, string part)
    {
        SdpFragmentResult result = SdpFragment.TryParse(text);

        Assert.False(result.IsOk);
        Assert.Equal(problem, result.Problem);
        Assert.Contains(part, result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Candidates_and_text_are_bounded()
    {
        const string candidate = "a=candidate:1 1 udp 1 192.0.2.1 1 typ host\n";
        Assert.True(SdpFragment.TryParse(string.Concat(Enumerable.Repeat(candidate, SdpLimits.CandidatesMax))).IsOk);
        Assert.Equal(
            SdpProblem.TooLarge, SdpFragment.TryParse(
                string.Concat(Enumerable.Repeat(candidate, SdpLimits.CandidatesMax + 1))).Problem);
        Assert.Equal(SdpProblem.TooLarge, SdpFragment.TryParse(new string('a', SdpLimits.TextCharsMax + 1)).Problem);
    }

    [Fact]
    public void The_relays_half_has_its_credentials_and_all_candidates()
    {
        NegotiatedSession session = SdpOffers.Accept(SdpOffers.Small).Session;
        string text = SdpFragment.Write(session, "newufrag", "newpasswordnewpassword", SdpOffers.Parameters.Candidates, []);

        Assert.Equal(
            """
            a=ice-lite
            a=group:BUNDLE a v
            m=audio 9 UDP/TLS/RTP/SAVPF 111
            a=mid:a
            a=ice-ufrag:newufrag
            a=ice-pwd:newpasswordnewpassword
            a=candidate:1 1 udp 2130706431 198.51.100.1 40000 typ host
            a=candidate:2 1 udp 2130706175 2001:db8::7 40000 typ host
            a=end-of-candidates

            """.ReplaceLineEndings("\r\n"),
            text);
        Assert.Equal(2, Parse(text).CandidateCount);
    }

    [Fact]
    public void The_relays_half_names_the_tagged_m_line()
    {
        NegotiatedSession session = SdpOffers.Accept(SdpOffers.SmallWith("a=group:BUNDLE a v", "a=group:BUNDLE v a")).Session;
        string text = SdpFragment.Write(session, "newufrag", "newpasswordnewpassword", SdpOffers.Parameters.Candidates, []);

        Assert.Contains("m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Truncations_and_mutations_never_throw()
    {
        for (int length = 0; length < Restart.Length; length++)
        {
            SdpFragmentResult result = SdpFragment.TryParse(Restart[..length]);
            Assert.Equal(result.IsOk, string.IsNullOrEmpty(result.Detail));
        }

        var mutator = new SdpMutator(8840, [Restart, SdpOffers.Small]);
        int parsed = 0;
        for (int i = 0; i < 20_000; i++)
        {
            parsed += SdpFragment.TryParse(mutator.Next()).IsOk ? 1 : 0;
        }

        Assert.InRange(parsed, 4_000, 19_000);
    }

    private static SdpFragment Parse(string text)
    {
        SdpFragmentResult result = SdpFragment.TryParse(text);
        Assert.True(result.IsOk, result.Detail);
        return result.Fragment;
    }
}
