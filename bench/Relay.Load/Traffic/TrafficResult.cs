namespace Relay.Load.Traffic;

/// <summary>What one run came to.</summary>
internal sealed record TrafficResult
{
    public required long Sent { get; init; }

    /// <summary>Packets that should have come: those sent, once for each leg that hears the sender.</summary>
    public required long Expected { get; init; }

    public required long Received { get; init; }

    /// <summary>Packets opened to see whether they are what was sent.</summary>
    public required long Checked { get; init; }

    /// <summary>Packets that were opened and were not authentic, or not the ones that were sent.</summary>
    public required long Bad { get; init; }

    /// <summary>RTCP, retransmissions and what else came.</summary>
    public required long Others { get; init; }

    /// <summary>Datagrams that found the generator's own buffer full; the server did send them.</summary>
    public required long Overflowed { get; init; }

    public required double Seconds { get; init; }

    /// <summary>How long sending took beyond the plan: when much of it was, the generator was the bottleneck.</summary>
    public required double LateSeconds { get; init; }

    public required double P50 { get; init; }

    public required double P90 { get; init; }

    public required double P99 { get; init; }

    public required double P999 { get; init; }

    public required double Max { get; init; }

    /// <summary>CPU time of the server's process, in microseconds for each packet that came out of it.</summary>
    public double CpuMicroseconds { get; set; }

    /// <summary>CPU time of the server's process, as a share of one core.</summary>
    public double CpuShare { get; set; }

    public double ResidentMegabytes { get; set; }

    public long Lost => Math.Max(0, Expected - Received);

    public double LossShare => Expected == 0 ? 0 : (double)Lost / Expected;
}
