using System.Net;
using System.Net.Sockets;
using Relay.Core.Buffers;
using Relay.Core.Primitives;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

/// <summary>What every implementation of <see cref="IDatagramSocket"/> has to do.</summary>
public abstract class DatagramSocketTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    public static TheoryData<string> Loopbacks { get; } = ["127.0.0.1", "::1"];

    protected abstract bool UsePortable { get; }

    protected virtual DatagramOffloads Offloads => DatagramOffloads.Send | DatagramOffloads.Receive;

    [Theory]
    [MemberData(nameof(Loopbacks))]
    public void A_batch_crosses_unchanged_and_in_order(string loopback)
    {
        using var pool = new CheckedPool(512);
        using IDatagramSocket sender = Open(loopback, pool);
        using IDatagramSocket receiver = Open(loopback, pool);
        Transmit[] outgoing = new Transmit[150];
        for (int i = 0; i < outgoing.Length; i++)
        {
            outgoing[i] = pool.Datagram(receiver.LocalAddress, length: i * 8, fill: (byte)i);
        }

        Assert.Equal(outgoing.Length, sender.Send(outgoing));
        List<Arrived> incoming = ReceiveAll(receiver, outgoing.Length);

        for (int i = 0; i < outgoing.Length; i++)
        {
            Assert.Equal(sender.LocalAddress, incoming[i].Remote);
            Assert.Equal(i * 8, incoming[i].Bytes.Length);
            Assert.False(incoming[i].Bytes.AsSpan().ContainsAnyExcept((byte)i));
        }

        Assert.Equal(outgoing.Length, sender.Counters.Sent);
        Assert.Equal(outgoing.Length, receiver.Counters.Received);
        pool.Release(outgoing);
    }

    [Fact]
    public void A_socket_on_the_wildcard_talks_to_both_families()
    {
        using var pool = new CheckedPool(256);
        using IDatagramSocket dual = Open("::", pool);
        foreach (string loopback in new[] { "127.0.0.1", "::1" })
        {
            using IDatagramSocket single = Open(loopback, pool);
            var dualAddress = TransportAddress.FromEndPoint(new IPEndPoint(IPAddress.Parse(loopback), dual.LocalAddress.Port));
            Transmit[] request = [pool.Datagram(dualAddress, 20, 1)];

            Assert.Equal(1, single.Send(request));
            List<Arrived> arrived = ReceiveAll(dual, 1);
            Assert.Equal(single.LocalAddress, arrived[0].Remote);
            Assert.Equal(IPAddress.Parse(loopback).AddressFamily == AddressFamily.InterNetwork, arrived[0].Remote.IsIPv4);

            Transmit[] answer = [pool.Datagram(arrived[0].Remote, 30, 2)];
            Assert.Equal(1, dual.Send(answer));
            List<Arrived> answered = ReceiveAll(single, 1);
            Assert.Equal(dualAddress, answered[0].Remote);
            Assert.Equal(30, answered[0].Bytes.Length);

            pool.Release(request);
            pool.Release(answer);
        }
    }

    [Fact]
    public void The_local_address_has_the_port_that_the_system_chose()
    {
        using var pool = new CheckedPool(64);
        using IDatagramSocket socket = Open("127.0.0.1", pool);
        Assert.True(socket.LocalAddress.IsIPv4);
        Assert.NotEqual(0, socket.LocalAddress.Port);
    }

    [Fact]
    public void Receive_on_an_empty_queue_returns_at_once_with_nothing()
    {
        using var pool = new CheckedPool(64);
        using IDatagramSocket socket = Open("127.0.0.1", pool);
        Assert.Equal(0, socket.Receive(new Received[16]));
        Assert.Equal(0, socket.Receive([]));
        Assert.Equal(default, socket.Counters);
    }

    [Fact]
    public void A_wait_ends_when_its_time_is_over()
    {
        using var pool = new CheckedPool(64);
        using IDatagramSocket socket = Open("127.0.0.1", pool);
        socket.Wait(TimeSpan.FromMilliseconds(2));
        socket.Wait(TimeSpan.Zero);
        socket.Wait(TimeSpan.FromTicks(long.MinValue));
        Assert.Equal(0, socket.Receive(new Received[1]));
    }

    [Fact]
    public void A_wait_without_end_is_ended_by_a_datagram()
    {
        using var pool = new CheckedPool(64);
        using IDatagramSocket socket = Open("127.0.0.1", pool);
        using var other = new UdpClient();
        other.Send([1, 2, 3], socket.LocalAddress.ToEndPoint());
        socket.Wait(TimeSpan.MaxValue);
        ReceiveAll(socket, 1);
    }

    [Fact]
    public void A_wake_from_another_thread_ends_the_wait()
    {
        using var pool = new CheckedPool(64);
        using IDatagramSocket socket = Open("127.0.0.1", pool);
        Received[] batch = new Received[8];
        using var go = new SemaphoreSlim(0);
        using var done = new SemaphoreSlim(0);
        var waker = new Thread(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                go.Wait();
                socket.Wake();
                done.Release();
            }
        });
        waker.Start();

        // A lost wake would hang here: nothing else ends this wait.
        for (int i = 0; i < 500; i++)
        {
            go.Release();
            socket.Wait(TimeSpan.MaxValue);
            done.Wait();
            socket.Wait(TimeSpan.Zero);
            Assert.Equal(0, socket.Receive(batch));
        }

        waker.Join();
        Assert.Equal(0, socket.Counters.Received);
    }

    [Fact]
    public void A_wake_is_remembered_until_the_next_wait()
    {
        using var pool = new CheckedPool(64);
        using IDatagramSocket socket = Open("127.0.0.1", pool);
        for (int i = 0; i < 10; i++)
        {
            socket.Wake();
            socket.Wake();
            Assert.Equal(0, socket.Receive(new Received[8]));
            socket.Wait(TimeSpan.MaxValue);
        }
    }

    [Fact]
    public void A_wake_after_disposal_does_nothing()
    {
        using var pool = new CheckedPool(64);
        IDatagramSocket socket = Open("127.0.0.1", pool);
        socket.Dispose();
        socket.Wake();
        socket.Dispose();
    }

    [Fact]
    public void A_datagram_too_long_for_a_slot_is_dropped_and_counted()
    {
        using var pool = new CheckedPool(256);
        using IDatagramSocket socket = Open("127.0.0.1", pool);
        using var other = new UdpClient();
        foreach (int length in new[] { 10, PacketPool.DatagramMaxBytes, PacketPool.DatagramMaxBytes + 1, 9000, 11 })
        {
            other.Send(new byte[length], socket.LocalAddress.ToEndPoint());
        }

        List<Arrived> arrived = ReceiveAll(socket, 3);
        Assert.Equal([10, PacketPool.DatagramMaxBytes, 11], arrived.Select(r => r.Bytes.Length));
        Assert.Equal(2, socket.Counters.TruncatedReceives);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", "127.0.0.1:0")]
    [InlineData("127.0.0.1", "127.0.0.1", "[::1]:9")]
    [InlineData("127.0.0.1", "127.0.0.1", "255.255.255.255:9")]
    [InlineData("::1", "::1", "[::1]:0")]
    [InlineData("::1", "::1", "127.0.0.1:9")]
    [InlineData("::", "127.0.0.1", "127.0.0.1:0")]
    public void A_datagram_that_cannot_be_sent_does_not_take_its_neighbours_along(string local, string neighbour, string unreachable)
    {
        using var pool = new CheckedPool(512);
        using IDatagramSocket sender = Open(local, pool);
        using IDatagramSocket receiver = Open(neighbour, pool);
        var nowhere = TransportAddress.FromEndPoint(IPEndPoint.Parse(unreachable));
        int[] bad = [0, 3, 4, 63, 64, 65, 129];
        Transmit[] outgoing = new Transmit[130];
        for (int i = 0; i < outgoing.Length; i++)
        {
            outgoing[i] = pool.Datagram(bad.Contains(i) ? nowhere : receiver.LocalAddress, 1, (byte)i);
        }

        Assert.Equal(outgoing.Length - bad.Length, sender.Send(outgoing));
        Assert.Equal(bad.Length, sender.Counters.SendErrors);
        Assert.Equal(bad.Length, sender.Counters.SendFailed);
        List<Arrived> arrived = ReceiveAll(receiver, outgoing.Length - bad.Length);
        Assert.Equal(
            Enumerable.Range(0, outgoing.Length).Except(bad),
            arrived.Select(r => (int)r.Bytes[0]));
        pool.Release(outgoing);
    }

    [Fact]
    public void A_peer_whose_port_is_closed_disturbs_nobody()
    {
        using var pool = new CheckedPool(256);
        using IDatagramSocket socket = Open("127.0.0.1", pool);
        using var other = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        TransportAddress closed;
        using (var gone = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            closed = TransportAddress.FromEndPoint((IPEndPoint)gone.Client.LocalEndPoint!);
        }

        for (int round = 0; round < 20; round++)
        {
            Transmit[] outgoing = [pool.Datagram(closed, 5, 1), pool.Datagram(closed, 5, 1)];
            Assert.Equal(2, socket.Send(outgoing));
            other.Send([7], socket.LocalAddress.ToEndPoint());
            ReceiveAll(socket, 1);
            pool.Release(outgoing);
        }

        Assert.Equal(0, socket.Counters.ReceiveErrors);
        Assert.Equal(0, socket.Counters.SendFailed);
    }

    [Fact]
    public void Receiving_takes_nothing_from_the_pool()
    {
        using var pool = new CheckedPool(1);
        using IDatagramSocket socket = Open("127.0.0.1", pool);
        using var other = new UdpClient();
        for (int i = 0; i < 100; i++)
        {
            other.Send([(byte)i], socket.LocalAddress.ToEndPoint());
        }

        Assert.Equal(Enumerable.Range(0, 100), ReceiveAll(socket, 100).Select(r => (int)r.Bytes[0]));
        Assert.Equal(1, pool.Pool.FreeCount);
    }

    protected static List<Arrived> ReceiveAll(IDatagramSocket socket, int count)
    {
        var all = new List<Arrived>();
        Received[] batch = new Received[32];
        for (int empty = 0; all.Count < count; empty++)
        {
            // Each round brings something, but for unusable datagrams and early returns.
            Assert.True(empty < 200, "nothing arrived");
            socket.Wait(Long);
            int received = socket.Receive(batch);
            for (int i = 0; i < received; i++)
            {
                all.Add(new Arrived(batch[i].Remote, socket.Slab.Span(batch[i]).ToArray()));
            }
        }

        return all;
    }

    protected sealed record Arrived(TransportAddress Remote, byte[] Bytes);

    protected IDatagramSocket Open(string address, CheckedPool pool, int batchSize = 64) => DatagramSocketFactory.Open(
        new IPEndPoint(IPAddress.Parse(address), 0),
        pool.Pool,
        new DatagramSocketOptions { UsePortable = UsePortable, BatchSize = batchSize, Offloads = Offloads });

    /// <summary>
    /// Bytes that the current thread allocates while sending and receiving batches, in the best of some runs: a collection, which
    /// other tests may cause, counts as allocated what was left of the thread's share of the heap.
    /// </summary>
    protected long MeasureAllocation(int rounds)
    {
        using var pool = new CheckedPool(512);
        using IDatagramSocket sender = Open("127.0.0.1", pool);
        using IDatagramSocket receiver = Open("127.0.0.1", pool);
        Transmit[] outgoing = new Transmit[64];
        for (int i = 0; i < outgoing.Length; i++)
        {
            outgoing[i] = pool.Datagram(receiver.LocalAddress, 1200, (byte)i);
        }

        Received[] incoming = new Received[64];
        // So many that loops which the compiler replaces while they run are replaced by then.
        const int WarmUpRounds = 100;
        const int Runs = 4;
        Exchange(WarmUpRounds);
        long allocated = Enumerable.Range(0, Runs).Min(_ => Exchange(rounds / Runs));
        Assert.Equal(64 * (WarmUpRounds + (Runs * (rounds / Runs))), receiver.Counters.Received);
        pool.Release(outgoing);
        return allocated;

        long Exchange(int count)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int round = 0; round < count; round++)
            {
                ExchangeOnce();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void ExchangeOnce()
        {
            sender.Send(outgoing);
            for (int arrived = 0; arrived < outgoing.Length;)
            {
                receiver.Wait(Long);
                arrived += receiver.Receive(incoming);
            }

            receiver.Wake();
            receiver.Wait(TimeSpan.Zero);
        }
    }
}
