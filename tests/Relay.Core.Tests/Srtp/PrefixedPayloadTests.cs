using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Srtp;

public unsafe class PrefixedPayloadTests
{
    [Fact]
    public void First_and_rest_together_are_prefix_and_payload()
    {
        const int FirstBytes = 112;
        byte[] all = new byte[400];
        new Random(3).NextBytes(all);
        for (int prefix = 0; prefix <= 200; prefix++)
        {
            foreach (int length in new[] { prefix, prefix + 1, prefix + 100, prefix + 150, 400 }.Where(n => n >= prefix))
            {
                int first = Math.Min(FirstBytes, length);
                byte[] before = all[..prefix];
                byte[] payload = all[prefix..length];
                byte[] buffer = new byte[FirstBytes];
                byte[] output = new byte[length + 1];
                byte[] read = new byte[length];
                fixed (byte* prefixAt = before, payloadAt = payload, bufferAt = buffer, outputAt = output)
                {
                    PrefixedPayload input = new(prefixAt, prefix, payloadAt, length - prefix, outputAt, bufferAt, first);
                    new Span<byte>(input.First, first).CopyTo(read);
                    new Span<byte>(input.Rest + first, length - first).CopyTo(read.AsSpan(first));
                }

                Assert.Equal(all[..length], read);
                Assert.Equal(prefix <= first, !output.AsSpan().ContainsAnyExcept((byte)0));
            }
        }
    }
}
