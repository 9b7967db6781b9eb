namespace Relay.Core.Sfu;

/// <summary>Limits of a leg's media. The defaults suit one-to-one video.</summary>
public sealed record SfuOptions
{
    /// <summary>
    /// Video packets kept per source to answer NACKs: a power of two, 64 to 4096. Each holds a slot of the pool while it
    /// is kept. 512 packets are more than one second of 4 Mbit/s video.
    /// </summary>
    public int RetransmissionCachePackets { get; init; } = 512;

    /// <summary>
    /// Bytes of slots that one source's kept packets may take, whatever their size: a slot is 2 KiB. 64 KiB to 1 MiB.
    /// </summary>
    public int RetransmissionCacheBytes { get; init; } = 1024 * 1024;

    /// <summary>How long such a packet can be asked for.</summary>
    public TimeSpan RetransmissionAgeMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Consumers that one producer feeds at most, 1 to 100,000. A pair needs one.</summary>
    public int ConsumersPerProducerMax { get; init; } = 1000;

    /// <summary>Time between two sender or receiver reports of a leg (RFC 3550 section 6.2 allows less than 5 s for fast links).</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromSeconds(1);
}
