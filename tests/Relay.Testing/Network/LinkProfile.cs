namespace Relay.Testing.Network;

/// <summary>What one direction of an access link does to packets.</summary>
/// <param name="Name">For reports.</param>
public sealed record LinkProfile(string Name)
{
    /// <summary>The same delay for every packet, in milliseconds.</summary>
    public double DelayMilliseconds { get; init; }

    /// <summary>
    /// Each packet is delayed by up to this much more or less than <see cref="DelayMilliseconds"/>, evenly spread and on its
    /// own, so packets overtake each other.
    /// </summary>
    public double JitterMilliseconds { get; init; }

    /// <summary>The share of packets lost, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>How many packets are lost in a row on average; 1 for losses that do not depend on each other.</summary>
    public double LossBurstPackets { get; init; } = 1;

    /// <summary>A firewall that lets no UDP through.</summary>
    public bool BlocksUdp { get; init; }

    /// <summary>Bits per second, IP headers included; 0 for no limit.</summary>
    public double BitsPerSecond { get; init; }

    /// <summary>A packet that would wait longer than this for its turn is dropped, in milliseconds.</summary>
    public double QueueMilliseconds { get; init; }
}
