using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>
/// When a source is asked for a keyframe. All reasons draw on one budget, since a keyframe costs its sender several
/// frames' worth of bandwidth: a new partner's first request goes out at once, others keep a distance and leave it
/// something. One request serves all who wait; it is repeated, ever more slowly, only when no keyframe can be on its way.
/// </summary>
public struct KeyframePolicy
{
    /// <summary>Requests that one source can get in a row; one more each <see cref="RefillInterval"/>.</summary>
    public const int Burst = 4;

    public static readonly TimeSpan RefillInterval = TimeSpan.FromSeconds(1);

    /// <summary>From one request to the next, answered one, unless a new partner waits.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>The same for a picture that nobody waits to see.</summary>
    public static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(5);

    /// <summary>The first repetition comes no earlier: browsers take no more than one request in this time.</summary>
    public static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(300);

    public static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(2);

    // Encoding and sending a keyframe takes longer than the round trip alone.
    private static readonly TimeSpan EncodingAllowance = TimeSpan.FromMilliseconds(150);

    private TokenBudget _budget = new(Burst, RefillInterval);
    private KeyframeReason _reason;
    private bool _isWanted;
    private bool _hasAsked;
    private int _unanswered;
    private Instant _lastAsked;

    public KeyframePolicy()
    {
    }

    /// <summary>The most urgent of what the last keyframe was wanted for.</summary>
    public readonly KeyframeReason Reason => _reason;

    /// <summary>Somebody needs a keyframe.</summary>
    public void Want(KeyframeReason reason)
    {
        _reason = _isWanted && _reason > reason ? _reason : reason;
        _isWanted = true;
    }

    /// <summary>A keyframe came: whoever waited has it.</summary>
    public void HandleKeyframe()
    {
        _isWanted = false;
        _unanswered = 0;
    }

    /// <summary>Nobody waits any more. A request that is out may still be answered.</summary>
    public void Cancel() => _isWanted = false;

    /// <summary>When <see cref="TryTakeDue"/> will say yes.</summary>
    /// <param name="roundTripTime">To the source and back; zero if unknown.</param>
    public readonly Instant NextTimeout(TimeSpan roundTripTime)
    {
        if (!_isWanted)
        {
            return Instant.Never;
        }

        Instant budget = _budget.NextToken(Reserve(_reason));
        Instant spacing = !_hasAsked ? Instant.Zero
            : _lastAsked + (_unanswered > 0 ? RetryDelay(roundTripTime, _unanswered) : Spacing(_reason));
        return budget > spacing ? budget : spacing;
    }

    /// <summary>True if a request is to be sent now.</summary>
    public bool TryTakeDue(TimeSpan roundTripTime, Instant now)
    {
        if (NextTimeout(roundTripTime) > now || !_budget.TryTake(Reserve(_reason), now))
        {
            return false;
        }

        _hasAsked = true;
        _lastAsked = now;
        _unanswered++;
        return true;
    }

    private static int Reserve(KeyframeReason reason) => reason switch
    {
        KeyframeReason.NewPartner => 0,
        KeyframeReason.Sample => 2,
        _ => 1,
    };

    private static TimeSpan Spacing(KeyframeReason reason) => reason switch
    {
        KeyframeReason.NewPartner => TimeSpan.Zero,
        KeyframeReason.Sample => SampleInterval,
        _ => Interval,
    };

    private static TimeSpan RetryDelay(TimeSpan roundTripTime, int unanswered)
    {
        TimeSpan delay = (roundTripTime * 3 / 2) + EncodingAllowance;
        delay = delay > RetryMin ? delay : RetryMin;
        for (int i = 1; i < unanswered && delay < RetryMax; i++)
        {
            delay *= 2;
        }

        return delay < RetryMax ? delay : RetryMax;
    }
}
