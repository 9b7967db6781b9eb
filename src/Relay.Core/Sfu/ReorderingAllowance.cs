namespace Relay.Core.Sfu;

/// <summary>
/// How long a gap is left alone because its packet may only be late: short on a network that keeps the order, as long as
/// packets overtake each other on one that does not. Asked for at once, each of them would be sent twice.
/// </summary>
internal struct ReorderingAllowance
{
    public static readonly TimeSpan Min = TimeSpan.FromMilliseconds(5);

    /// <summary>Waiting longer would cost more than a packet sent twice.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromMilliseconds(60);

    // Up at once, since each packet too many is paid for; down slowly, faster where packets are lost and not late.
    private const int LateFallShare = 256;
    private const int LossFallShare = 32;

    private TimeSpan _beyondMin;

    public readonly TimeSpan Value => Min + _beyondMin;

    /// <summary>A packet filled its gap by itself, this long after the gap showed.</summary>
    public void HandleLate(TimeSpan lateness)
    {
        TimeSpan beyond = (lateness < Max ? lateness : Max) - Min;
        _beyondMin = beyond > _beyondMin ? beyond : _beyondMin - (_beyondMin / LateFallShare);
    }

    /// <summary>A packet came after its copy had: it was later than the allowance, nobody knows how much.</summary>
    public void HandleNeedless() => HandleLate(Value * 3 / 2);

    /// <summary>A packet was lost, not late.</summary>
    public void HandleLoss() => _beyondMin -= _beyondMin / LossFallShare;
}
