using System.Text;
using Relay.Core.Pairing;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class ServerMessagesTests
{
    [Fact]
    public void Messages_are_written_as_the_API_says()
    {
        Assert.Equal("""{"t":"partner.gone"}""", Text(ServerMessages.PartnerGone));
        Assert.Equal("""{"t":"ping"}""", Text(ServerMessages.Ping));
        Assert.Equal("""{"t":"idle"}""", Text(ServerMessages.Idle));
        Assert.Equal("""{"t":"media","d":{"state":"connected"}}""", Text(ServerMessages.MediaConnected));
        Assert.Equal("""{"t":"media","d":{"state":"renew"}}""", Text(ServerMessages.MediaRenew([])));
        Assert.Equal(
            """{"t":"media","d":{"state":"renew","iceServers":[{"urls":["turn:a"],"username":"u","credential":"c/+="}]}}""",
            Text(ServerMessages.MediaRenew([new IceServer(["turn:a"], "u", "c/+=")])));
        Assert.Equal(
            """{"t":"media","d":{"state":"closed","reason":"dtls_failed"}}""", Text(ServerMessages.MediaClosed("dtls_failed")));
        Assert.Equal("""{"t":"typing","d":{"on":true}}""", Text(ServerMessages.Typing(true)));
        Assert.Equal("""{"t":"typing","d":{"on":false}}""", Text(ServerMessages.Typing(false)));
        Assert.Equal("""{"t":"queued","d":{"mode":"voice","tier":0}}""", Text(ServerMessages.Queued(PairingMode.Voice)));
        Assert.Equal(
            """{"t":"paired","d":{"pairRef":"ab","mode":"video"}}""", Text(ServerMessages.Paired("ab", PairingMode.Video)));
        Assert.Equal("""{"t":"notice","d":{"code":"draining","seconds":8}}""", Text(ServerMessages.DrainingNotice(8)));
        Assert.Equal(
            """{"t":"error","d":{"code":"bad_state","detail":"no","re":5}}""", Text(ServerMessages.Error("bad_state", "no", 5)));
        Assert.Equal(
            """{"t":"error","d":{"code":"bad_state","detail":"no"}}""", Text(ServerMessages.Error("bad_state", "no", null)));
        Assert.StartsWith(
            """{"t":"error","d":{"code":"rate_limited",""", Text(ServerMessages.RateLimited), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SessionState.Ready, "ready", false)]
    [InlineData(SessionState.Queued, "queued", true)]
    [InlineData(SessionState.Preflight, "preflight", true)]
    public void Welcome_names_the_mode_only_when_there_is_one(SessionState state, string name, bool withMode)
    {
        string expected = $$$"""{"t":"welcome","d":{"sessionId":"id","state":"{{{name}}}","resumed":false,"""
            + "\"modes\":[\"text\",\"video\"]"
            + (withMode ? ",\"mode\":\"video\"}}" : "}}");
        Assert.Equal(
            expected,
            Text(ServerMessages.Welcome("id", ModeSet.Text | ModeSet.Video, state, false, PairingMode.Video, null)));
    }

    [Fact]
    public void Welcome_to_a_pair_names_the_pair()
    {
        string text = Text(ServerMessages.Welcome("id", ModeSet.All, SessionState.Paired, true, PairingMode.Text, "ab"));
        Assert.EndsWith(""","mode":"text","pairRef":"ab"}}""", text, StringComparison.Ordinal);
        Assert.Contains("\"resumed\":true", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_chat_of_the_most_expensive_letters_fits_a_frame()
    {
        Assert.InRange(ServerMessages.Chat(new string('\u20ac', 4000)).Length, 12_000, RelaySocket.MaxMessageBytes);
        Assert.InRange(ServerMessages.Chat(new string('"', 4000)).Length, 8_000, RelaySocket.MaxMessageBytes);
    }

    private static string Text(byte[] message) => Encoding.UTF8.GetString(message);
}
