using Relay.Core.Primitives;
using Relay.Core.Safety.Hashing;
using Xunit;

namespace Relay.Core.Tests.Safety.Hashing;

public sealed class PictureHistoryTests
{
    private readonly PictureHistory _history = new();
    private readonly Random _random = new(5);
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    [Theory]
    [InlineData(16f, 1f, PictureSigns.Black)]
    [InlineData(24f, 4f, PictureSigns.Black)]
    [InlineData(25f, 4f, PictureSigns.Blank)]
    [InlineData(128f, 0f, PictureSigns.Blank)]
    [InlineData(16f, 5f, PictureSigns.None)]
    public void A_picture_of_nothing_is_told_at_once(float brightness, float contrast, PictureSigns signs)
    {
        Assert.Equal(signs, _history.HandlePicture(Picture(default) with { Brightness = brightness, Contrast = contrast }, _now));
        Assert.Equal(signs, _history.Signs);
    }

    [Fact]
    public void Blank_pictures_are_neither_still_nor_a_loop()
    {
        for (int i = 0; i < 200; i++)
        {
            _now += TimeSpan.FromSeconds(5);
            _history.HandlePicture(Picture(default) with { Contrast = 0, Brightness = 16 }, _now);
            Assert.Equal(PictureSigns.Black, _history.Signs);
        }
    }

    [Fact]
    public void A_picture_that_stays_the_same_is_still_after_four_frames_and_fifteen_seconds()
    {
        PictureHash hash = NextHash();
        PictureSigns[] signs = [.. Enumerable.Range(0, 4).Select(_ => Show(Flip(hash, 3), 5))];
        Assert.Equal([PictureSigns.None, PictureSigns.None, PictureSigns.None, PictureSigns.Still], signs);
        Assert.Equal(PictureSigns.None, Show(Flip(hash, 3), 5));
        Assert.Equal(PictureSigns.Still, _history.Signs);
        Show(Flip(hash, 20), 5);
        Assert.Equal(PictureSigns.None, _history.Signs);
    }

    [Fact]
    public void A_burst_of_the_same_picture_is_not_still()
    {
        PictureHash hash = NextHash();
        for (int i = 0; i < 29; i++)
        {
            Show(hash, 0.5);
            Assert.Equal(PictureSigns.None, _history.Signs);
        }
    }

    /// <summary>Each frame is like the one before, the last unlike the first.</summary>
    [Fact]
    public void A_slow_change_is_not_still()
    {
        for (int i = 0; i < 20; i++)
        {
            Show(new PictureHash((1UL << (3 * i)) - 1, 0, 0, 0), 6);
            Assert.Equal(PictureSigns.None, _history.Signs);
        }
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 10)]
    [InlineData(3, 17.3)]
    [InlineData(4, 30)]
    public void A_recording_that_repeats_is_found(int seed, double period)
    {
        PictureHash[] film = Film(seed, (int)(period * 5));
        Assert.True(SawLoop(film, repeat: true, frames: 300), "the loop was not found");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_camera_is_no_loop(int seed) => Assert.False(SawLoop(Film(seed, 20_000), repeat: false, frames: 600));

    /// <summary>Somebody goes to and fro between two places: pictures come back, but with no period.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Pictures_that_come_back_at_any_time_are_no_loop(int seed)
    {
        Random random = new(seed);
        PictureHash[] places = Film(seed, 4);
        places = [places[0], Flip(places[0], 90), Flip(places[0], 91), Flip(places[0], 92)];
        int loops = 0;
        for (int i = 0; i < 600; i++)
        {
            Show(Flip(places[random.Next(places.Length)], 1), 0.5 + (random.NextDouble() * 19));
            loops += _history.Signs.HasFlag(PictureSigns.Loop) ? 1 : 0;
        }

        Assert.InRange(loops, 0, 12);
    }

    [Fact]
    public void After_a_change_of_camera_nothing_is_remembered()
    {
        PictureHash hash = NextHash();
        for (int i = 0; i < 3; i++)
        {
            Show(hash, 6);
        }

        _history.Clear();
        for (int i = 0; i < 3; i++)
        {
            Show(hash, 6);
            Assert.Equal(PictureSigns.None, _history.Signs);
        }

        Show(hash, 6);
        Assert.Equal(PictureSigns.Still, _history.Signs);
    }

    [Fact]
    public void Taking_in_a_picture_allocates_nothing()
    {
        Show(NextHash(), 1);
        PdqResult picture = Picture(NextHash());
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++)
        {
            _now += TimeSpan.FromSeconds(1);
            _history.HandlePicture(picture, _now);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Samples a film of five pictures a second at times that have a mean of 5 s.</summary>
    private bool SawLoop(PictureHash[] film, bool repeat, int frames)
    {
        double at = 0;
        bool seen = false;
        for (int i = 0; i < frames; i++)
        {
            double gap = Math.Clamp(-5 * Math.Log(1 - _random.NextDouble()), 0.5, 20);
            at += gap;
            int picture = (int)(at * 5);
            Assert.True(repeat || picture < film.Length);
            Show(Flip(film[picture % film.Length], 1), gap);
            seen |= _history.Signs.HasFlag(PictureSigns.Loop);
        }

        return seen;
    }

    /// <summary>A scene in motion: from picture to picture some bits change.</summary>
    private PictureHash[] Film(int seed, int pictures)
    {
        Random random = new(seed);
        PictureHash[] film = new PictureHash[pictures];
        PictureHash hash = NextHash();
        for (int i = 0; i < pictures; i++)
        {
            hash = Flip(hash, 2 + random.Next(6));
            film[i] = hash;
        }

        return film;
    }

    private PictureSigns Show(PictureHash hash, double seconds)
    {
        _now += TimeSpan.FromSeconds(seconds);
        return _history.HandlePicture(Picture(hash), _now);
    }

    private static PdqResult Picture(PictureHash hash) => new(hash, hash, 100, 0, 128, 40);

    private PictureHash NextHash() => new(
        (ulong)_random.NextInt64(), (ulong)_random.NextInt64(), (ulong)_random.NextInt64(), (ulong)_random.NextInt64());

    private PictureHash Flip(PictureHash hash, int bits)
    {
        Span<ulong> words = [hash.Word0, hash.Word1, hash.Word2, hash.Word3];
        for (int i = 0; i < bits; i++)
        {
            int place = _random.Next(PictureHash.Bits);
            words[place / 64] ^= 1UL << (place % 64);
        }

        return new PictureHash(words[0], words[1], words[2], words[3]);
    }
}
