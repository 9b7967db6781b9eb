using System.Text;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class TurnUsernameTests
{
    private static readonly DateTimeOffset Expiry = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    [Fact]
    public void A_sessions_name_tells_the_end_and_the_worker_and_is_not_repeated()
    {
        string name = TurnUsername.ForSession(Expiry, 63);
        Assert.Matches("^1800000000:63-[0-9a-f]{16}$", name);
        Assert.NotEqual(name, TurnUsername.ForSession(Expiry, 63), StringComparer.Ordinal);
        Assert.True(TurnUsername.TryReadWorker(Encoding.ASCII.GetBytes(name), out int worker));
        Assert.Equal(63, worker);
    }

    [Theory]
    [InlineData("", "1800000000")]
    [InlineData("alice", "1800000000:alice")]
    public void A_name_made_by_hand_is_the_operators(string name, string expected) =>
        Assert.Equal(expected, TurnUsername.Of(Expiry, name));

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("1800000000")]
    [InlineData("1800000000:alice")]
    [InlineData("1800000000:-1")]
    [InlineData("1800000000: 1-x")]
    [InlineData("1800000000:99999999999-x")]
    [InlineData("1-x")]
    public void Other_names_name_no_worker(string name) =>
        Assert.False(TurnUsername.TryReadWorker(Encoding.ASCII.GetBytes(name), out _));
}
