using Relay.Host.Admin;
using Xunit;

namespace Relay.Host.Tests.Admin;

public class AdminKeyTests
{
    private const string Key = "0123456789abcdef";

    [Theory]
    [InlineData("Bearer 0123456789abcdef", true)]
    [InlineData("bearer  0123456789abcdef ", true)]
    [InlineData("", false)]
    [InlineData("Bearer", false)]
    [InlineData("Bearer ", false)]
    [InlineData("0123456789abcdef", false)]
    [InlineData("Basic 0123456789abcdef", false)]
    [InlineData("Bearer 0123456789abcdeF", false)]
    [InlineData("Bearer 0123456789abcde", false)]
    [InlineData("Bearer 0123456789abcdef0", false)]
    public void Only_the_key_itself_opens(string header, bool accepted) => Assert.Equal(accepted, new AdminKey(Key).Accepts(header));

    [Fact]
    public void A_header_of_any_length_is_looked_at_briefly() =>
        Assert.False(new AdminKey(Key).Accepts("Bearer " + new string(' ', 10_000) + Key));
}
