using Xunit;

namespace Relay.Core.Tests.Rtp;

/// <summary>Feeds damaged bytes to parsers and says which bytes made one throw.</summary>
internal static class WireFuzz
{
    /// <summary>Reads everything that a parser offers; true if it accepted the bytes.</summary>
    public delegate bool Consume(ReadOnlySpan<byte> bytes);

    /// <summary>Runs the parser on every proper prefix, each in an array of its own so that over-reads cannot hide.</summary>
    /// <returns>How many prefixes were accepted.</returns>
    public static int Truncate(byte[] whole, Consume consume)
    {
        int accepted = 0;
        for (int length = 0; length < whole.Length; length++)
        {
            accepted += Run(whole[..length], consume) ? 1 : 0;
        }

        return accepted;
    }

    /// <summary>
    /// Runs the parser on the seeds with bytes flipped, set to extremes, cut off and repeated. Some must be accepted and some
    /// refused, or the test would prove nothing.
    /// </summary>
    public static void Mutate(int seed, int rounds, Consume consume, params byte[][] seeds)
    {
        var random = new Random(seed);
        int accepted = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] bytes = (byte[])seeds[random.Next(seeds.Length)].Clone();
            if (random.Next(4) == 0)
            {
                Array.Resize(ref bytes, random.Next(bytes.Length + 8));
            }

            for (int changes = random.Next(5); changes > 0 && bytes.Length > 0; changes--)
            {
                // Headers are at the front: aim there as often as anywhere.
                int at = random.Next(random.Next(2) == 0 ? bytes.Length : Math.Min(bytes.Length, 16));
                bytes[at] = random.Next(4) switch
                {
                    0 => 0,
                    1 => 0xFF,
                    2 => (byte)(bytes[at] ^ (1 << random.Next(8))),
                    _ => (byte)random.Next(256),
                };
            }

            accepted += Run(bytes, consume) ? 1 : 0;
        }

        Assert.InRange(accepted, 1, rounds - 1);
    }

    /// <summary>Bytes that this thread allocated during many runs, after a warm-up.</summary>
    public static long AllocatedBytes(Action run)
    {
        for (int i = 0; i < 100; i++)
        {
            run();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            run();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static bool Run(byte[] bytes, Consume consume)
    {
        try
        {
            return consume(bytes);
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.IAssertionException)
        {
            Assert.Fail($"Threw on {Convert.ToHexString(bytes)}: {exception}");
            return false;
        }
    }
}
