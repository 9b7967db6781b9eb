using Relay.Host.Platform;

namespace Relay.Host.Configuration;

/// <summary>The media plane: sockets, workers, buffers.</summary>
public sealed class MediaOptions
{
    /// <summary>
    /// The local address of the media ports. Default 127.0.0.1 (this machine only); 0.0.0.0 or :: for every interface.
    /// </summary>
    [Option(Format = OptionFormat.Address)]
    public string BindAddress { get; set; } = "127.0.0.1";

    /// <summary>
    /// The addresses that clients are told to send media to: the public ones when the relay is behind NAT or in a
    /// container. Default none: the bind address or, if that is a wildcard, the host's own addresses. Risk: an address
    /// that clients cannot reach gives pairs without sound and picture.
    /// </summary>
    [Option(Format = OptionFormat.ReachableAddress, MaxItems = 8)]
    public IReadOnlyList<string> AnnouncedAddresses { get; set; } = [];

    /// <summary>
    /// UDP port of the first worker; worker i listens on Port + i. Default 40000, 0 to 65535 (0: a free port for each
    /// worker). Open the whole range in the firewall.
    /// </summary>
    [Option(Min = 0, Max = 65_535, Unit = "port")]
    public int Port { get; set; } = 40_000;

    /// <summary>
    /// Packet threads. Default 1, 1 to 64 workers; at most one per core makes sense. Risk: with many workers and few users,
    /// waiting users may have to move to another worker before they can meet.
    /// </summary>
    [Option(Min = 1, Max = 64, Unit = "workers")]
    public int Workers { get; set; } = 1;

    /// <summary>
    /// Packets that one worker can hold at once, 2 KB of pinned memory each. Default 32768, 1024 to 262144 packets. Risk:
    /// too few drops packets under load (reason pool_exhausted), too many costs memory.
    /// </summary>
    [Option(Min = 1024, Max = 262_144, Unit = "packets")]
    public int PoolSlotsPerWorker { get; set; } = 32_768;

    /// <summary>
    /// Packet memory that one camera's last second may hold, to send again what its receiver lost. Default 1048576, 65536 to
    /// 1048576 bytes, 2 KB a packet. Risk: too little turns loss into keyframes, too much lets few cameras fill the pool.
    /// </summary>
    [Option(Min = 65_536, Max = 1_048_576, Unit = "bytes")]
    public int RetransmissionCacheBytes { get; set; } = 1_048_576;

    /// <summary>
    /// Legs (clients' media connections) that one worker takes; the next gets 503. Default 1000, 2 to 10000 legs. Risk:
    /// more legs than the core can forward for makes every pair on it stutter.
    /// </summary>
    [Option(Min = 2, Max = 10_000, Unit = "legs")]
    public int MaxLegsPerWorker { get; set; } = 1000;

    /// <summary>
    /// Legs that one leg can feed in a room built by hand; the next gets 409. Default 1000, 1 to 10000 legs, and
    /// with the admin API not above a quarter of PoolSlotsPerWorker. Risk: each packet of such a source costs its worker as
    /// many sent packets.
    /// </summary>
    [Option(Min = 1, Max = 10_000, Unit = "legs")]
    public int ConsumersPerProducerMax { get; set; } = 1000;

    /// <summary>
    /// Placement fills one worker to this many legs before it opens the next, so that strangers can meet on it; beyond, the
    /// emptiest worker is taken. Default 200, 2 to 10000 legs, not above MaxLegsPerWorker.
    /// </summary>
    [Option(Min = 2, Max = 10_000, Unit = "legs")]
    public int LegsPerWorkerTarget { get; set; } = 200;

    /// <summary>
    /// Kernel receive buffer of each media socket. Default 4194304, 65536 to 67108864 bytes. Risk: the kernel caps it at
    /// net.core.rmem_max; too small loses packets in bursts.
    /// </summary>
    [Option(Min = 65_536, Max = 67_108_864, Unit = "bytes")]
    public int ReceiveBufferBytes { get; set; } = 4_194_304;

    /// <summary>
    /// Kernel send buffer of each media socket. Default 4194304, 65536 to 67108864 bytes. Risk: the kernel caps it at
    /// net.core.wmem_max; too large only adds delay when the link is full.
    /// </summary>
    [Option(Min = 65_536, Max = 67_108_864, Unit = "bytes")]
    public int SendBufferBytes { get; set; } = 4_194_304;

    /// <summary>
    /// Commands that may wait for one worker; beyond, requests get 503. Default 1024, 16 to 65536 commands.
    /// </summary>
    [Option(Min = 16, Max = 65_536, Unit = "commands")]
    public int MailboxCapacity { get; set; } = 1024;

    /// <summary>
    /// SRTP protection profiles offered to clients, best first (RFC 5764, RFC 7714). Default AEAD_AES_128_GCM,
    /// AEAD_AES_256_GCM, AES128_CM_SHA1_80; a subset of these three, each at most once. Risk: without AES128_CM_SHA1_80
    /// older clients cannot connect.
    /// </summary>
    [Option(Format = OptionFormat.SrtpProfile, MaxItems = 3)]
    public IReadOnlyList<string> SrtpProfiles { get; set; } = ["AEAD_AES_128_GCM", "AEAD_AES_256_GCM", "AES128_CM_SHA1_80"];

    /// <summary>
    /// Uses the framework's sockets instead of recvmmsg and sendmmsg, without Gso, Gro and MeasureLatency. Default false; other
    /// systems than Linux always use them. Risk: about half the packets per second.
    /// </summary>
    [Option]
    public bool UsePortableSockets { get; set; }

    /// <summary>
    /// Lets the kernel cut one message into the datagrams of a train (UDP_SEGMENT, "GSO"), for much less processor time a
    /// packet. Default true: where the kernel can (Linux 4.18); it is switched off by itself if the device refuses trains. Risk
    /// of false: up to six times the processor time for sending bursts.
    /// </summary>
    [Option]
    public bool Gso { get; set; } = true;

    /// <summary>
    /// Takes trains that the kernel has put together (UDP_GRO), for less processor time a packet. Default true: where the
    /// kernel can (Linux 5.0). Risk: 4 MB of memory a worker.
    /// </summary>
    [Option]
    public bool Gro { get; set; } = true;

    /// <summary>
    /// How long a busy worker lets packets gather before it takes them, so that they share system calls. An idle one
    /// never waits. Default 50, 0 to 200 microseconds (0: never). Risk: each microsecond may be one of added latency under
    /// load; 0 costs processor time.
    /// </summary>
    [Option(Min = 0, Max = 200, Unit = "microseconds")]
    public int CoalesceMicroseconds { get; set; } = 50;

    /// <summary>
    /// Processors for the workers: worker i runs on the i-th of the list, again from its start if it is short. Default
    /// none: on any. At most 64. Risk: a processor that also serves the network card's interrupts or the API is a
    /// bottleneck. Linux only.
    /// </summary>
    [Option(Format = OptionFormat.Processor, MaxItems = 64)]
    public IReadOnlyList<string> CpuAffinity { get; set; } = [];

    /// <summary>
    /// SCHED_FIFO priority of the workers' threads: they run before everything of normal priority. Needs CAP_SYS_NICE or
    /// LimitRTPRIO. Default 0, 0 to 99 (0: normal scheduling). Risk: a worker under full load takes its whole processor,
    /// from another worker too; give each its own in CpuAffinity and leave one for the rest. Linux only.
    /// </summary>
    [Option(Min = 0, Max = PacketThread.PriorityMax, Unit = "priority")]
    public int RealtimePriority { get; set; }

    /// <summary>
    /// Measures for each packet how long after its arrival in the kernel it is sent on: relay_forward_latency_seconds of
    /// /metrics. Default false. Risk: a few percent of processor time. Linux only.
    /// </summary>
    [Option]
    public bool MeasureLatency { get; set; }

    /// <summary>
    /// A leg whose ICE and DTLS are not done after this time is closed. Default 30, 5 to 120 seconds.
    /// </summary>
    [Option(Min = 5, Max = 120, Unit = "seconds")]
    public int ConnectTimeoutSeconds { get; set; } = 30;
}
