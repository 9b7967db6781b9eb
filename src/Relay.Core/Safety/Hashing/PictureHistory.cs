using Relay.Core.Primitives;

namespace Relay.Core.Safety.Hashing;

/// <summary>
/// The hashes of one source's sampled frames over time, and what they say about where the pictures come from: a camera that
/// shows nothing, one picture for all the time, or a recording that begins again and again. Hints for risk and policy, no
/// proof: hashes know nothing of what a picture shows.
/// </summary>
/// <remarks>
/// A person before a camera moves, and a camera's noise and light change, so hashes of frames seconds apart differ in more
/// than a few bits. A recording of length L that repeats comes back to the same pictures after multiples of L, and only
/// then. Memory is bounded: the last <see cref="Remembered"/> frames, 48 bytes each.
/// </remarks>
public sealed class PictureHistory
{
    /// <summary>Frames that are remembered.</summary>
    public const int Remembered = 64;

    /// <summary>Hashes at most this far apart are of a picture that did not change.</summary>
    public const int SameDistance = 6;

    /// <summary>Hashes further apart than this are of different scenes.</summary>
    public const int OtherDistance = 31;

    /// <summary>This many frames that stay the same make a still picture, if they span <see cref="StillTime"/>.</summary>
    public const int StillFrames = 4;

    /// <summary>A picture is black if its mean luma (0 to 255) is at most this and it shows nothing.</summary>
    public const float BlackBrightness = 24;

    /// <summary>A picture shows nothing if its luma deviates by at most this.</summary>
    public const float BlankContrast = 4;

    /// <summary>This many returns at multiples of one period make a loop.</summary>
    public const int LoopReturns = 6;

    /// <summary>How long a picture must stay the same to be called still.</summary>
    public static readonly TimeSpan StillTime = TimeSpan.FromSeconds(15);

    /// <summary>Shorter loops are not told from somebody who moves to and fro.</summary>
    public static readonly TimeSpan PeriodMin = TimeSpan.FromSeconds(4);

    /// <summary>How far a return may be from the multiple of the period: a scene lasts, and samples come at any time.</summary>
    public static readonly TimeSpan PeriodTolerance = TimeSpan.FromMilliseconds(400);

    /// <summary>A return may have missed this many turns of the loop.</summary>
    private const int TurnsMax = 16;

    private readonly Frame[] _frames = new Frame[Remembered];
    private readonly TimeSpan[] _returns = new TimeSpan[2 * LoopReturns];
    private int _count;
    private int _newest = -1;
    private int _returnCount;
    private int _framesSinceReturn;
    private int _sameFrames;
    private Instant _sameSince;

    /// <summary>What the last frame says together with those before.</summary>
    public PictureSigns Signs { get; private set; }

    /// <summary>Takes in a sampled frame.</summary>
    /// <param name="picture">What hashing it gave.</param>
    /// <param name="now">When it was taken, not when it was hashed.</param>
    /// <returns>The signs that it added to those of the frame before.</returns>
    public PictureSigns HandlePicture(in PdqResult picture, Instant now)
    {
        PictureSigns before = Signs;
        bool blank = picture.Contrast <= BlankContrast;
        PictureSigns signs = blank && picture.Brightness <= BlackBrightness ? PictureSigns.Black
            : blank ? PictureSigns.Blank : PictureSigns.None;
        if (blank)
        {
            // Its hash is rounding noise: neither the same nor another.
            (_sameFrames, Signs) = (0, signs);
            return signs & ~before;
        }

        signs |= TrackStill(picture.Hash, now) ? PictureSigns.Still : PictureSigns.None;
        signs |= TrackReturn(picture.Hash, now) ? PictureSigns.Loop : PictureSigns.None;
        _newest = (_newest + 1) % Remembered;
        _frames[_newest] = new Frame(now, picture.Hash);
        _count = Math.Min(_count + 1, Remembered);
        Signs = signs;
        return signs & ~before;
    }

    /// <summary>Another camera, or none for a while: what was before says nothing any more.</summary>
    public void Clear()
    {
        Array.Clear(_frames);
        (_count, _newest, _returnCount, _framesSinceReturn, _sameFrames) = (0, -1, 0, 0, 0);
        Signs = PictureSigns.None;
    }

    private bool TrackStill(in PictureHash hash, Instant now)
    {
        // Compared with the first of the run, else a slow change would pass for none.
        int first = _sameFrames;
        if (first == 0 || first > _count || PictureHash.Distance(hash, Back(first - 1).Hash) > SameDistance)
        {
            (_sameFrames, _sameSince) = (1, now);
            return false;
        }

        _sameFrames = Math.Min(_sameFrames + 1, Remembered);
        return _sameFrames >= StillFrames && now - _sameSince >= StillTime;
    }

    /// <summary>
    /// Notes how long ago this picture was seen with another scene in between, and asks whether such times have a period.
    /// </summary>
    private bool TrackReturn(in PictureHash hash, Instant now)
    {
        if (++_framesSinceReturn > Remembered)
        {
            _returnCount = 0;
        }

        bool other = false;
        for (int i = 0; i < _count; i++)
        {
            Frame frame = Back(i);
            int distance = PictureHash.Distance(hash, frame.Hash);
            other |= distance > OtherDistance;
            if (other && distance <= SameDistance)
            {
                if (now - frame.At >= PeriodMin)
                {
                    _returns[_returnCount++ % _returns.Length] = now - frame.At;
                    _framesSinceReturn = 0;
                }

                break;
            }
        }

        return HasPeriod();
    }

    /// <summary>
    /// Whether the latest returns are multiples of one period. It is the shortest return, or a fraction of it if that one
    /// missed turns; the tolerance must be small beside it, or any times would fit.
    /// </summary>
    private bool HasPeriod()
    {
        int count = Math.Min(_returnCount, _returns.Length);
        if (count < LoopReturns)
        {
            return false;
        }

        ReadOnlySpan<TimeSpan> returns = _returns.AsSpan(0, count);
        TimeSpan shortest = returns[0];
        foreach (TimeSpan time in returns)
        {
            shortest = time < shortest ? time : shortest;
        }

        for (int turns = 1; turns <= TurnsMax && shortest / turns >= PeriodMin; turns++)
        {
            if (Fitting(returns, shortest / turns) >= Math.Max(LoopReturns, (count * 3 / 4) + 1))
            {
                return true;
            }
        }

        return false;
    }

    private static int Fitting(ReadOnlySpan<TimeSpan> returns, TimeSpan period)
    {
        int fitting = 0;
        foreach (TimeSpan time in returns)
        {
            double turns = Math.Round(time / period);
            TimeSpan off = (time - (turns * period)).Duration();
            fitting += off <= PeriodTolerance ? 1 : 0;
        }

        return fitting;
    }

    /// <summary>The frame that came so many before the newest.</summary>
    private Frame Back(int frames) => _frames[(_newest - frames + Remembered) % Remembered];

    private readonly record struct Frame(Instant At, PictureHash Hash);
}

/// <summary>What a source's pictures look like over time.</summary>
[Flags]
public enum PictureSigns : byte
{
    None = 0,

    /// <summary>Nothing but darkness: a covered or broken camera.</summary>
    Black = 1,

    /// <summary>Nothing, but not dark.</summary>
    Blank = 2,

    /// <summary>One picture for all the time.</summary>
    Still = 4,

    /// <summary>A recording that repeats.</summary>
    Loop = 8,
}
