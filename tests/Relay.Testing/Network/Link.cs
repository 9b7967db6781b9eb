namespace Relay.Testing.Network;

/// <summary>
/// One direction of an access link: a firewall, loss, then a bottleneck with a queue that drops at its tail, then delay. It carries no
/// packets itself; it says what becomes of each. Times are milliseconds on any clock that does not run backwards.
/// </summary>
/// <param name="profile">What it does at first.</param>
/// <param name="random">Its luck.</param>
public sealed class Link(LinkProfile profile, Random random)
{
    private readonly List<double> _waits = [];
    private LinkProfile _profile = profile;
    private bool _losing;
    private double _freeAt;
    private double _lastDue;
    private int _packets;
    private int _lost;
    private int _overflowed;
    private int _blocked;
    private long _offeredBytes;
    private long _carriedBytes;

    /// <summary>Changes the link; packets under way keep their place.</summary>
    public void Change(LinkProfile profile)
    {
        _profile = profile;
        _losing = false;
    }

    /// <summary>A packet enters.</summary>
    /// <param name="bytes">Its length with the IP header.</param>
    /// <param name="now">The time.</param>
    /// <param name="due">When it comes out at the other end.</param>
    /// <param name="isUdp">What the firewall looks at.</param>
    /// <returns>Whether it comes out at all.</returns>
    public bool TryCarry(int bytes, double now, out double due, bool isUdp = false)
    {
        due = now;
        _packets++;
        _offeredBytes += bytes;
        if (isUdp && _profile.BlocksUdp)
        {
            _blocked++;
            return false;
        }

        if (IsLost())
        {
            _lost++;
            return false;
        }

        double leaves = now;
        if (_profile.BitsPerSecond > 0)
        {
            double wait = Math.Max(0, _freeAt - now);
            if (wait > _profile.QueueMilliseconds)
            {
                _overflowed++;
                return false;
            }

            _waits.Add(wait);
            leaves = now + wait + (bytes * 8_000 / _profile.BitsPerSecond);
            _freeAt = leaves;
        }

        _carriedBytes += bytes;
        due = leaves + _profile.DelayMilliseconds;
        if (_profile.JitterMilliseconds > 0)
        {
            due = Math.Max(leaves, due + (((2 * random.NextDouble()) - 1) * _profile.JitterMilliseconds));
        }
        else
        {
            // Without jitter nothing overtakes, also when the profile has just become faster.
            due = Math.Max(due, _lastDue);
            _lastDue = due;
        }

        return true;
    }

    /// <summary>What happened since the last call.</summary>
    public LinkCounters Take()
    {
        double[] waits = [.. _waits.Order()];
        var counters = new LinkCounters(_packets, _lost, _overflowed, _blocked, _offeredBytes, _carriedBytes, waits);
        _waits.Clear();
        _packets = _lost = _overflowed = _blocked = 0;
        _offeredBytes = _carriedBytes = 0;
        return counters;
    }

    /// <summary>Losses on their own, or Gilbert's two states: in the bad one everything is lost.</summary>
    private bool IsLost()
    {
        if (_profile.Loss <= 0)
        {
            return false;
        }

        double enter = _profile.Loss;
        double leave = 1 - _profile.Loss;
        if (_profile.LossBurstPackets > 1)
        {
            leave = 1 / _profile.LossBurstPackets;
            enter = _profile.Loss * leave / (1 - _profile.Loss);
        }

        _losing = _losing ? random.NextDouble() >= leave : random.NextDouble() < enter;
        return _losing;
    }
}

/// <summary>What a link has done in a stretch of time.</summary>
/// <param name="Packets">Packets offered.</param>
/// <param name="Lost">Those lost by chance.</param>
/// <param name="Overflowed">Those that found the queue full.</param>
/// <param name="Blocked">Those that the firewall dropped.</param>
/// <param name="OfferedBytes">Bytes that came in, IP headers included.</param>
/// <param name="CarriedBytes">Bytes that went out.</param>
/// <param name="Waits">What each packet carried had to wait at the bottleneck, in milliseconds, smallest first.</param>
public sealed record LinkCounters(int Packets, int Lost, int Overflowed, int Blocked, long OfferedBytes, long CarriedBytes, double[] Waits);
