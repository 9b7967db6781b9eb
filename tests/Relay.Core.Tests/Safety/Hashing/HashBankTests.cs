using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Relay.Core.Safety.Hashing;
using Xunit;

namespace Relay.Core.Tests.Safety.Hashing;

public sealed class HashBankTests(ITestOutputHelper output)
{
    private readonly Random _random = new(7);

    [Theory]
    [InlineData(0, true)]
    [InlineData(31, true)]
    [InlineData(32, false)]
    public void Up_to_31_bits_are_the_same_picture(int distance, bool found)
    {
        PictureHash[] hashes = Hashes(99);
        HashBank bank = new(hashes);
        for (int entry = 0; entry < hashes.Length; entry++)
        {
            Assert.Equal(found, bank.TryMatch(Picture(Flip(hashes[entry], distance)), out HashMatch match));
            Assert.Equal(found ? new HashMatch(entry, distance, IsMirrored: false) : new HashMatch(-1, 32, false), match);
        }
    }

    [Fact]
    public void The_mirrored_form_is_found_too()
    {
        PictureHash[] hashes = Hashes(3);
        HashBank bank = new(hashes);
        PdqResult picture = Picture(Hashes(1)[0]) with { Mirrored = Flip(hashes[1], 12) };
        Assert.True(bank.TryMatch(picture, out HashMatch match));
        Assert.Equal(new HashMatch(1, 12, IsMirrored: true), match);
    }

    [Fact]
    public void The_nearest_entry_is_named_and_of_equals_the_first()
    {
        PictureHash target = Hashes(1)[0];
        PictureHash[] hashes = [Flip(target, 20), Flip(target, 5), Flip(target, 5), Flip(target, 9), .. Hashes(4)];
        Assert.True(new HashBank(hashes).TryMatch(Picture(target), out HashMatch match));
        Assert.Equal(new HashMatch(1, 5, IsMirrored: false), match);
    }

    [Fact]
    public void A_picture_that_is_not_matchable_is_never_found()
    {
        PictureHash hash = Hashes(1)[0];
        HashBank bank = new([hash]);
        Assert.True(bank.TryMatch(Picture(hash) with { Quality = 50 }, out _));
        Assert.False(bank.TryMatch(Picture(hash) with { Quality = 49 }, out _));
        Assert.False(bank.TryMatch(Picture(hash) with { UndecidedBits = 17 }, out _));
    }

    /// <summary>Queries at distances around the bound: halves find what whole distances find.</summary>
    [Fact]
    public void It_finds_what_comparing_every_hash_finds()
    {
        int found = 0;
        for (int run = 0; run < 4000; run++)
        {
            PictureHash[] hashes = Hashes(_random.Next(0, 12));
            HashBank bank = new(hashes);
            PictureHash near = hashes.Length == 0 ? default : Flip(hashes[_random.Next(hashes.Length)], _random.Next(0, 80));
            PdqResult picture = (run & 1) == 0 ? Picture(near) : Picture(Hashes(1)[0]) with { Mirrored = near };
            HashMatch expected = Nearest(hashes, picture);
            Assert.Equal(expected.Entry >= 0, bank.TryMatch(picture, out HashMatch match));
            Assert.Equal(expected, match);
            found += expected.Entry >= 0 ? 1 : 0;
        }

        Assert.InRange(found, 1000, 3000);
    }

    [Fact]
    public void The_empty_bank_matches_nothing()
    {
        Assert.Equal(0, HashBank.Empty.Count);
        Assert.False(HashBank.Empty.TryMatch(Picture(default), out _));
    }

    [Fact]
    public void A_million_hashes_are_looked_through()
    {
        PictureHash[] hashes = Hashes(HashBankReader.HashesMax);
        HashBank bank = new(hashes);
        Assert.True(bank.TryMatch(Picture(Flip(hashes[^1], 31)), out HashMatch last));
        Assert.Equal(hashes.Length - 1, last.Entry);
        PdqResult stranger = Picture(Hashes(1)[0]);
        output.WriteLine(Time(() => bank.TryMatch(stranger, out _)));
    }

    private static string Time(Func<bool> scan)
    {
        long[] times = new long[60];
        for (int i = 0; i < 2 * times.Length; i++)
        {
            // The first half is for the compiler to warm up.
            long start = Stopwatch.GetTimestamp();
            Assert.False(scan());
            times[i % times.Length] = Stopwatch.GetElapsedTime(start).Ticks * TimeSpan.NanosecondsPerTick;
        }

        Array.Sort(times);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{times[times.Length / 2]} ns per million (median of {times.Length}), {times[0]} at best");
    }

    private static HashMatch Nearest(PictureHash[] hashes, in PdqResult picture)
    {
        HashMatch nearest = new(-1, HashBank.DistanceMax + 1, IsMirrored: false);
        for (int i = 0; i < hashes.Length; i++)
        {
            int plain = PictureHash.Distance(hashes[i], picture.Hash);
            int mirrored = PictureHash.Distance(hashes[i], picture.Mirrored);
            nearest = Math.Min(plain, mirrored) < nearest.Distance ? new(i, Math.Min(plain, mirrored), mirrored < plain) : nearest;
        }

        return nearest;
    }

    private static PdqResult Picture(PictureHash hash) =>
        new(hash, new PictureHash(~hash.Word0, ~hash.Word1, ~hash.Word2, ~hash.Word3), 100, 0, 128, 40);

    private PictureHash[] Hashes(int count)
    {
        PictureHash[] hashes = new PictureHash[count];
        _random.NextBytes(MemoryMarshal.AsBytes(hashes.AsSpan()));
        return hashes;
    }

    /// <summary>The hash with that many of its bits changed, anywhere.</summary>
    private PictureHash Flip(PictureHash hash, int bits)
    {
        Span<ulong> words = [hash.Word0, hash.Word1, hash.Word2, hash.Word3];
        int[] places = [.. Enumerable.Range(0, PictureHash.Bits)];
        _random.Shuffle(places);
        foreach (int place in places.AsSpan(0, bits))
        {
            words[place / 64] ^= 1UL << (place % 64);
        }

        return new PictureHash(words[0], words[1], words[2], words[3]);
    }
}
