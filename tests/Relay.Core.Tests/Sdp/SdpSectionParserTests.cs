using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpSectionParserTests
{
    private readonly SdpSection _section = new();
    private readonly SdpError _error = new();

    [Theory]
    [InlineData("ice-ufrag", "abc")]
    [InlineData("ice-ufrag", "abc:")]
    [InlineData("ice-pwd", "tooshort")]
    [InlineData("ice-pwd", "passwordpasswordpass word")]
    [InlineData("fingerprint", "sha-256")]
    [InlineData("fingerprint", "sha-256 00:11")]
    [InlineData("setup", "")]
    [InlineData("setup", "ACTPASS")]
    public void A_malformed_attribute_is_refused_by_line(string name, string value)
    {
        Assert.False(SdpSectionParser.TryApply(_section, name, value, 9, _error, out bool known));
        Assert.True(known);
        Assert.Equal(SdpProblem.Malformed, _error.Problem);
        Assert.StartsWith("Line 9: ", _error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Credentials_are_at_most_256_characters_and_the_first_counts()
    {
        Apply("ice-ufrag", new string('u', 256));
        Apply("ice-ufrag", "other");
        Apply("ice-pwd", new string('p', 256));

        Assert.Equal(new string('u', 256), _section.UsernameFragment);
        Assert.Equal(new string('p', 256), _section.Password);
        Assert.False(SdpSectionParser.TryApply(_section, "ice-ufrag", new string('u', 257), 1, _error, out _));
    }

    [Theory]
    [InlineData("actpass", SdpSetup.ActPass)]
    [InlineData("active", SdpSetup.Active)]
    [InlineData("passive", SdpSetup.Passive)]
    [InlineData("holdconn", SdpSetup.HoldConn)]
    public void Setup_is_read(string value, SdpSetup expected)
    {
        Apply("setup", value);
        Assert.Equal(expected, _section.Setup);
    }

    [Theory]
    [InlineData("0 urn:x")]
    [InlineData("15 urn:x")]
    [InlineData("256 urn:x")]
    [InlineData("4096 urn:x")]
    [InlineData("-1 urn:x")]
    [InlineData("x urn:x")]
    [InlineData("3")]
    [InlineData("")]
    [InlineData("3/sometimes urn:x")]
    public void Extension_ids_that_no_packet_can_carry_are_passed_over(string value)
    {
        Apply("extmap", value);
        Assert.Empty(_section.Extmaps);
    }

    [Fact]
    public void Extensions_are_read_with_direction_and_attributes()
    {
        Apply("extmap", "1/recvonly urn:x some attributes");
        Apply("extmap", "255 urn:y");
        Assert.Equal([new SdpExtmap(1, "urn:x", SdpDirection.RecvOnly), new SdpExtmap(255, "urn:y", null)], _section.Extmaps);
    }

    [Fact]
    public void Extensions_and_fingerprints_are_bounded()
    {
        for (int i = 0; i < SdpLimits.ExtensionsMax; i++)
        {
            Apply("extmap", "1 urn:x");
        }

        for (int i = 0; i < SdpLimits.FingerprintsMax; i++)
        {
            Apply("fingerprint", SdpOffers.Sha256);
        }

        Assert.False(SdpSectionParser.TryApply(_section, "extmap", "1 urn:x", 1, new SdpError(), out _));
        Assert.False(SdpSectionParser.TryApply(_section, "fingerprint", SdpOffers.Sha256, 1, _error, out _));
        Assert.Equal(SdpProblem.TooLarge, _error.Problem);
    }

    [Fact]
    public void Directions_are_read_and_other_attributes_left_to_the_caller()
    {
        Assert.True(SdpSectionParser.TryApply(_section, "sendonly", "", 1, _error, out bool known));
        Assert.True(known);
        Assert.True(SdpSectionParser.TryApply(_section, "mid", "0", 1, _error, out known));
        Assert.False(known);
        Assert.Equal(SdpDirection.SendOnly, _section.DirectionSaid);
    }

    private void Apply(string name, string value)
    {
        Assert.True(SdpSectionParser.TryApply(_section, name, value, 1, _error, out bool known), _error.Detail);
        Assert.True(known);
    }
}
