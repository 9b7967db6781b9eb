namespace Relay.Load.Traffic;

/// <summary>What the media is that legs send.</summary>
internal enum MediaKind
{
    Audio,
    Video,
}

/// <summary>The shape of one run's traffic.</summary>
internal sealed record TrafficOptions
{
    /// <summary>Packets a second that all sending legs send together.</summary>
    public double PacketsPerSecond { get; init; } = 20_000;

    /// <summary>Bytes of a plain RTP packet, header included: 60 to 1,400.</summary>
    public int PacketBytes { get; init; } = 1200;

    /// <summary>Packets that a leg sends back to back, 1 to <see cref="LoadSocket.TrainMax"/>; the legs take turns.</summary>
    public int Burst { get; init; } = 1;

    public MediaKind Kind { get; init; } = MediaKind.Video;

    /// <summary>Share of the packets, 0 to 1, that get a number but are not sent.</summary>
    public double Loss { get; init; }

    /// <summary>Leaves the CPU to other threads whenever there is nothing to do, at the price of some evenness.</summary>
    public bool SharesCpu { get; init; }

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long packets may take before they count as lost.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromMilliseconds(300);
}
