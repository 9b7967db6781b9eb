using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Relay.Core.Buffers;
using Relay.Core.Primitives;
using Relay.Host.Platform;
using Relay.Host.Workers;
using Relay.Load.CommandLine;

namespace Relay.Load.Servers;

/// <summary>
/// The relay's own socket layer as its workers use it, with nothing behind it: every datagram goes back to its sender. What
/// bench/limit/reflect is in C.
/// </summary>
internal sealed class Reflector
{
    private const int ReceiveMax = 128;
    private const int SendMax = 512;
    private const int PoolSlots = 16_384;

    // Everything that is made once has been made by then.
    private const long WarmUpPackets = 100_000;

    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(1);

    private readonly PacketPool _pool = new(PoolSlots);
    private readonly IDatagramSocket _socket;
    private readonly Coalescer _coalescer;
    private readonly Received[] _received = new Received[ReceiveMax];
    private readonly Transmit[] _transmits = new Transmit[SendMax];
    private volatile bool _isStopping;

    private Reflector(DatagramOffloads offloads, TimeSpan gather)
    {
        var options = new DatagramSocketOptions { Offloads = offloads };
        _socket = DatagramSocketFactory.Open(new IPEndPoint(IPAddress.Loopback, 0), _pool, options);
        bool canPause = gather > TimeSpan.Zero && PacketThread.TryUseShortPauses(gather);
        _coalescer = new Coalescer(canPause ? gather : TimeSpan.Zero);
    }

    /// <summary>Runs until SIGTERM; prints "port N" first and the bytes allocated for each packet at last.</summary>
    public static int Run(Arguments arguments)
    {
        DatagramOffloads offloads = (arguments.Flag("gro") ? DatagramOffloads.Receive : DatagramOffloads.None)
            | (arguments.Flag("gso") ? DatagramOffloads.Send : DatagramOffloads.None);
        var reflector = new Reflector(offloads, TimeSpan.FromMicroseconds(arguments.Number("gather", 0, 0, 1000)));
        arguments.EnsureAllRead();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            reflector._isStopping = true;
            reflector._socket.Wake();
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"port {reflector._socket.LocalAddress.Port}"));
        (long packets, long allocated) = reflector.Loop();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"received\":{packets},\"allocatedBytes\":{allocated}}}"));
        reflector._socket.Dispose();
        return 0;
    }

    // As Worker.Run, with a copy where the relay decrypts into a slot.
    private (long Packets, long AllocatedBytes) Loop()
    {
        long packets = 0;
        long allocatedBefore = 0;
        long messagesBefore = 0;

        // The system call that takes a wake-up is bound when it is first made, and that allocates 32 bytes: now, and not when
        // the signal comes at the end. The first of the two sees the wake-up without it.
        _socket.Wake();
        _socket.Wait(TimeSpan.Zero);
        _socket.Wait(TimeSpan.Zero);
        while (!_isStopping)
        {
            int count = _socket.Receive(_received);
            Instant now = MonotonicClock.Now;
            Send(Reflect(count));
            if (packets < WarmUpPackets)
            {
                allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
            }

            packets += count;
            if (count == 0)
            {
                _socket.Wait(WaitMax);
            }
            else if (_coalescer.PauseMax > TimeSpan.Zero)
            {
                long messages = _socket.MessagesReceived;
                int fresh = count == _received.Length ? Coalescer.EnoughMessages : (int)(messages - messagesBefore);
                messagesBefore = messages;
                TimeSpan pause = _coalescer.HandleReceived(fresh, now, MonotonicClock.Now);
                if (pause > TimeSpan.Zero)
                {
                    PacketThread.Pause(pause);
                }
            }
        }

        return (packets, GC.GetAllocatedBytesForCurrentThread() - allocatedBefore);
    }

    private int Reflect(int count)
    {
        ReceiveSlab slab = _socket.Slab;
        int loaded = 0;
        foreach (ref readonly Received received in _received.AsSpan(0, count))
        {
            if (!_pool.TryRent(PacketOwner.Transmit, out PacketHandle packet))
            {
                break;
            }

            slab.Span(received).CopyTo(_pool.Span(packet, PacketPool.HeadroomBytes, received.Length));
            ref Transmit transmit = ref _transmits[loaded++];
            transmit.Packet = packet;
            transmit.Offset = PacketPool.HeadroomBytes;
            transmit.Length = received.Length;
            transmit.Remote = received.Remote;
        }

        return loaded;
    }

    private void Send(int count)
    {
        ReadOnlySpan<Transmit> batch = _transmits.AsSpan(0, count);
        if (batch.IsEmpty)
        {
            return;
        }

        _socket.Send(batch);
        foreach (ref readonly Transmit transmit in batch)
        {
            _pool.Release(transmit.Packet, PacketOwner.Transmit);
        }
    }
}
