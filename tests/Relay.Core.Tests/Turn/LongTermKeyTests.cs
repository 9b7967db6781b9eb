using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Stun;
using Relay.Core.Tests.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class LongTermKeyTests
{
    [Fact]
    public void The_example_of_rfc_8489_section_9_2_2_comes_out()
    {
        byte[] key = new byte[16];
        Assert.Equal(16, LongTermKey.Write(PasswordAlgorithm.Md5, "user"u8, "realm"u8, "pass"u8, key));
        Assert.Equal("8493FBC53BA582FB4C044C456BDC40EB", Convert.ToHexString(key));
    }

    [Fact]
    public void The_sample_request_of_rfc_5769_section_2_4_is_signed_by_it()
    {
        byte[] key = new byte[LongTermKey.MaxBytes];
        int length = LongTermKey.Write(
            PasswordAlgorithm.Md5, Encoding.UTF8.GetBytes(Rfc8489Vectors.Username), "example.org"u8, "TheMatrIX"u8, key);

        Assert.Equal(DropReason.None, StunMessageReader.TryParse(Rfc5769Vectors.LongTermRequest, out StunMessageReader message));
        Assert.True(message.VerifyIntegrity(key.AsSpan(0, length)));
        Assert.False(message.VerifyIntegrity(key.AsSpan(0, length - 1)));
    }

    [Fact]
    public void The_longest_names_are_taken_and_longer_ones_are_our_bug()
    {
        byte[] key = new byte[32];
        Assert.Equal(32, LongTermKey.Write(PasswordAlgorithm.Sha256, new byte[508], new byte[763], new byte[256], key));
        Assert.Throws<InvalidOperationException>(
            () => LongTermKey.Write(PasswordAlgorithm.Md5, new byte[509], new byte[763], new byte[256], key));
        Assert.Throws<InvalidOperationException>(
            () => LongTermKey.Write(PasswordAlgorithm.Md5, new byte[508], new byte[764], new byte[256], key));
        Assert.Throws<InvalidOperationException>(
            () => LongTermKey.Write(PasswordAlgorithm.Md5, new byte[508], new byte[763], new byte[257], key));
        Assert.Throws<InvalidOperationException>(() => LongTermKey.Write(PasswordAlgorithm.None, default, default, default, key));
    }

    [Fact]
    public void Making_a_key_allocates_nothing()
    {
        byte[] key = new byte[32];
        for (int i = 0; i < 100; i++)
        {
            LongTermKey.Write((PasswordAlgorithm)(1 + (i & 1)), "user"u8, "realm"u8, "pass"u8, key);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            LongTermKey.Write((PasswordAlgorithm)(1 + (i & 1)), "user"u8, "realm"u8, "pass"u8, key);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
