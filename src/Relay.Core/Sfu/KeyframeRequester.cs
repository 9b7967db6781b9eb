using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>
/// When a source is asked for a keyframe: at most once in <see cref="Interval"/>, except that a new partner's first
/// request goes out at once. A request that yields no keyframe is repeated while somebody waits.
/// </summary>
public struct KeyframeRequester
{
    /// <summary>The least time between two requests to one source.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private bool _isWanted;
    private bool _hasAsked;
    private Instant _lastAsked;

    /// <summary>When <see cref="TryTakeDue"/> will say yes.</summary>
    public readonly Instant NextTimeout =>
        !_isWanted ? Instant.Never : _hasAsked ? _lastAsked + Interval : Instant.Zero;

    /// <summary>Somebody needs a keyframe.</summary>
    /// <param name="atOnce">True for a new partner: do not wait for the interval.</param>
    public void Want(bool atOnce)
    {
        _isWanted = true;
        if (atOnce)
        {
            _hasAsked = false;
        }
    }

    /// <summary>A keyframe came: whoever waited has it.</summary>
    public void HandleKeyframe() => _isWanted = false;

    /// <summary>Nobody waits any more.</summary>
    public void Cancel() => _isWanted = false;

    /// <summary>True if a request is to be sent now.</summary>
    public bool TryTakeDue(Instant now)
    {
        if (NextTimeout > now)
        {
            return false;
        }

        _hasAsked = true;
        _lastAsked = now;
        return true;
    }
}
