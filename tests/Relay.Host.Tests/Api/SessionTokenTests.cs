using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class SessionTokenTests
{
    [Fact]
    public void Tokens_and_ids_are_random_and_fit_for_addresses()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < 1000; i++)
        {
            string token = SessionToken.Create();
            string id = SessionToken.CreateId();
            Assert.Matches("^[A-Za-z0-9_-]{43}$", token);
            Assert.Matches("^[A-Za-z0-9_-]{22}$", id);
            Assert.True(seen.Add(token) && seen.Add(id));
        }
    }

    [Fact]
    public void A_token_is_known_by_its_SHA_256()
    {
        Assert.True(SessionToken.TryHash(new string('A', 43), out TokenHash hash));
        byte[] expected = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(new string('A', 43)));
        Assert.Equal(Convert.ToHexString(expected), hash.High.ToString("X32", null) + hash.Low.ToString("X32", null));
        Assert.True(SessionToken.Same(hash, hash));
        Assert.False(SessionToken.Same(hash, hash with { High = hash.High ^ 1 }));
        Assert.False(SessionToken.Same(hash, hash with { Low = hash.Low ^ 1 }));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_cannot_be_a_token_is_not_hashed(string? token) => Assert.False(SessionToken.TryHash(token, out _));

    [Fact]
    public void A_token_with_other_letters_never_throws() =>
        Assert.True(SessionToken.TryHash(new string('é', 43), out _));
}
