using System.Text;
using Relay.Core.Tests.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class UserHashTests
{
    [Fact]
    public void The_sample_of_rfc_8489_appendix_b_1_comes_out()
    {
        byte[] hash = new byte[UserHash.Bytes];
        UserHash.Write(Encoding.UTF8.GetBytes(Rfc8489Vectors.Username), "example.org"u8, hash);
        Assert.Equal(Rfc8489Vectors.UserHash, hash);
    }

    [Fact]
    public void The_longest_names_are_taken_and_longer_ones_are_our_bug()
    {
        byte[] hash = new byte[UserHash.Bytes];
        UserHash.Write(new byte[508], new byte[763], hash);
        Assert.NotEqual(new byte[UserHash.Bytes], hash);
        Assert.Throws<InvalidOperationException>(() => UserHash.Write(new byte[509], default, hash));
        Assert.Throws<InvalidOperationException>(() => UserHash.Write(default, new byte[764], hash));
    }
}
