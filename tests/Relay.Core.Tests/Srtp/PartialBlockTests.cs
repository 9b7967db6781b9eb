using System.Runtime.Intrinsics;
using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Srtp;

public unsafe class PartialBlockTests
{
    [Fact]
    public void Only_the_bytes_asked_for_are_read_written_and_kept()
    {
        byte[] all = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
        for (int count = 1; count < 16; count++)
        {
            byte[] expected = [.. all[..count], .. new byte[16 - count]];
            byte[] from = [.. all[..count], .. Enumerable.Repeat((byte)0xEE, 16)];
            byte[] to = [.. Enumerable.Repeat((byte)0x77, 32)];
            fixed (byte* source = from, target = to)
            {
                Assert.Equal(Vector128.Create(expected), PartialBlock.Load(source, count));
                PartialBlock.Store(Vector128.Create(all), target, count);
            }

            Assert.Equal([.. all[..count], .. Enumerable.Repeat((byte)0x77, 32 - count)], to);
            Assert.Equal(Vector128.Create(expected), PartialBlock.Keep(Vector128.Create(all), count));
        }
    }
}
