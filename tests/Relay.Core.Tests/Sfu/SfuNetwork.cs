using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Core.Tests.Ice;

namespace Relay.Core.Tests.Sfu;

/// <summary>The context that legs share, and where their datagrams go: each to the leg with its address, decrypted;
/// what a test queued for no address is dropped.</summary>
internal sealed class SfuNetwork : IDisposable
{
    private readonly List<SfuLeg> _legs = [];

    public SfuNetwork(int slots = 512, int transmits = 256, SfuOptions? options = null)
    {
        Pool = new PacketPool(slots, isChecked: true);
        Transmits = new TransmitQueue(Pool, transmits);
        Context = new SfuContext(Pool, Transmits, Counters, new SeededRandomSource(1), options ?? new SfuOptions(), 8);
    }

    public PacketPool Pool { get; }

    public TransmitQueue Transmits { get; }

    public EngineCounters Counters { get; } = new();

    public SfuContext Context { get; }

    public Instant Now { get; set; } = new(TimeSpan.FromHours(1).Ticks);

    public SfuLeg AddLeg(bool withKeys = true, bool hasVideo = true, byte opus = SfuLeg.Opus, bool hasRed = true)
    {
        var leg = new SfuLeg(this, _legs.Count + 1, withKeys, hasVideo, opus, hasRed);
        _legs.Add(leg);
        Settle();
        return leg;
    }

    /// <summary>Lets time pass in steps of a millisecond; each leg's timers run when they are due.</summary>
    public void Run(int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            Now += TimeSpan.FromMilliseconds(1);
            foreach (SfuLeg leg in _legs.Where(l => l.Session.NextTimeout <= Now))
            {
                leg.Session.HandleTimeout(Now);
            }

            Settle();
        }
    }

    /// <summary>What the engine does after each call, and delivery.</summary>
    public void Settle()
    {
        while (Context.TryDequeueTouched(out RtpSession? session))
        {
            session.HandleTimeout(Now);
        }

        while (Context.TryDequeueTransmit(out Transmit transmit))
        {
            byte[] datagram = Pool.Span(transmit.Packet, transmit.Offset, transmit.Length).ToArray();
            Pool.Release(transmit.Packet, PacketOwner.Transmit);
            TransportAddress remote = transmit.Remote;
            if (remote == default)
            {
                continue;
            }

            _legs.Single(l => l.Address == remote).Take(datagram, DatagramClassifier.Classify(datagram));
        }
    }

    public void Dispose()
    {
        foreach (SfuLeg leg in _legs)
        {
            leg.Dispose();
        }

        if (Pool.InUse != 0)
        {
            throw new InvalidOperationException($"Leaked {Pool.InUse} slots.");
        }
    }
}
