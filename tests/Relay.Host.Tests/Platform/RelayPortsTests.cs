using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Relay.Core.Buffers;
using Relay.Core.Primitives;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public sealed class RelayPortsTests : IDisposable
{
    private static readonly Instant Now = new(1);

    private readonly CheckedPool _pool = new(16);
    private readonly RelayPorts _ports;
    private readonly UdpClient _peer = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly List<(byte[] Bytes, int Port, TransportAddress Peer)> _received = [];
    private readonly List<PeerError> _errors = [];

    public RelayPortsTests() => _ports = new RelayPorts(IPAddress.Loopback, portsMax: 2, _pool.Pool);

    public void Dispose()
    {
        _peer.Dispose();
        _ports.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public async Task Datagrams_go_both_ways_through_the_port_that_is_named()
    {
        int port = Open(out ushort number);
        Transmit transmit = _pool.Datagram(PeerAddress, 100, 7);
        transmit.Via = port;
        _ports.Send(transmit);
        _pool.Release([transmit]);
        UdpReceiveResult echoed = await _peer.ReceiveAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(number, echoed.RemoteEndPoint.Port);
        Assert.Equal(100, echoed.Buffer.Length);

        await _peer.SendAsync(new byte[] { 1, 2, 3 }, echoed.RemoteEndPoint);
        Receive(1);

        (byte[] bytes, int from, TransportAddress peer) = Assert.Single(_received);
        Assert.Equal([1, 2, 3], bytes);
        Assert.Equal(port, from);
        Assert.Equal(PeerAddress, peer);
    }

    [Fact]
    public void A_port_that_somebody_has_is_refused_and_its_place_is_not_lost()
    {
        Open(out ushort number);
        Assert.False(_ports.TryOpen(isIPv6: false, number, isShared: false, out _));
        Assert.Equal(1, _ports.Count);
        Open(out _);
        Assert.False(_ports.TryOpen(isIPv6: false, 0, isShared: false, out _));
        Assert.Equal(2, _ports.Count);
    }

    [Fact]
    public void A_closed_port_gives_its_place_back_and_brings_nothing_more()
    {
        int port = Open(out ushort number);
        _peer.Send([1], new IPEndPoint(IPAddress.Loopback, number));
        _ports.Close(port);

        Assert.False(_ports.Receive(Take, TakeError, Now));
        Assert.Empty(_received);
        Assert.Equal(0, _ports.Count);
        Open(out _);
        Open(out _);
    }

    [Fact]
    public void What_is_queued_for_a_closed_port_does_not_leave_through_the_next_socket_in_its_place()
    {
        Open(out _);
        int closed = Open(out _);
        Transmit stale = _pool.Datagram(PeerAddress, 10, 1);
        stale.Via = closed;
        for (int i = 0; i < 3; i++)
        {
            _ports.Close(closed);
            // All places are taken but the one that was given back.
            int next = Open(out ushort number);
            Assert.NotEqual(closed, next);
            _ports.Send(stale);
            Assert.Equal(i + 1, _ports.SendErrors);
            Assert.Equal(0, _peer.Available);
            // Nor is what arrives at the new socket taken for the old one's.
            _peer.Send([1], new IPEndPoint(IPAddress.Loopback, number));
            Receive(i + 1);
            Assert.Equal(next, _received[^1].Port);
            closed = next;
        }

        _pool.Release([stale]);
    }

    [Fact]
    public void A_family_that_the_bind_address_does_not_have_is_refused() =>
        Assert.False(_ports.TryOpen(isIPv6: true, 0, isShared: false, out _));

    [Fact]
    public void A_datagram_longer_than_a_slot_is_dropped_and_its_neighbour_is_not()
    {
        Open(out ushort number);
        var to = new IPEndPoint(IPAddress.Loopback, number);
        _peer.Send(new byte[PacketPool.DatagramMaxBytes + 1], to);
        _peer.Send([9], to);
        Receive(1);
        Assert.Equal([9], Assert.Single(_received).Bytes);
    }

    [Fact]
    public void A_shared_port_may_bring_more_in_a_turn()
    {
        using var probe = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var to = (IPEndPoint)probe.Client.LocalEndPoint!;
        probe.Dispose();
        Assert.True(_ports.TryOpen(isIPv6: false, (ushort)to.Port, isShared: true, out int shared));
        Open(out ushort own);
        for (int i = 0; i < 80; i++)
        {
            _peer.Send([1], to);
            _peer.Send([1], new IPEndPoint(IPAddress.Loopback, own));
        }

        Assert.True(_ports.Receive(Take, TakeError, Now));
        Assert.Equal(64, _received.Count(one => one.Port == shared));
        Assert.Equal(16, _received.Count(one => one.Port != shared));
    }

    [Fact]
    public void A_turn_takes_a_bounded_number_of_datagrams_and_no_port_waits_for_ever()
    {
        using var ports = new RelayPorts(IPAddress.Loopback, portsMax: 20, _pool.Pool);
        var numbers = new List<IPEndPoint>();
        for (int i = 0; i < 20; i++)
        {
            using var probe = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            numbers.Add((IPEndPoint)probe.Client.LocalEndPoint!);
            probe.Dispose();
            Assert.True(ports.TryOpen(isIPv6: false, (ushort)numbers[i].Port, isShared: true, out _));
        }

        HashSet<int> heard = [];
        for (int turn = 0; turn < 2; turn++)
        {
            foreach (IPEndPoint to in numbers)
            {
                for (int i = 0; i < 64; i++)
                {
                    _peer.Send([1], to);
                }
            }

            _received.Clear();
            ports.Receive(Take, TakeError, Now);
            Assert.Equal(1024, _received.Count);
            heard.UnionWith(_received.Select(one => one.Port));
        }

        Assert.Equal(20, heard.Count);
    }

    [Fact]
    public void An_ICMP_error_is_handed_over_with_the_port_and_the_peer_that_it_is_about()
    {
        int port = Open(out _);
        TransportAddress closed = ClosedAddress();
        SendUntilError(port, closed);
        PeerError error = _errors[0];
        Assert.Equal((port, closed, (byte)3, (byte)3, false), (error.Port, error.Peer, error.Type, error.Code, error.IsLocal));
        Assert.Empty(_received);
    }

    [Fact]
    public void An_ICMPv6_error_has_its_own_numbers()
    {
        using var ports = new RelayPorts(IPAddress.IPv6Loopback, portsMax: 1, _pool.Pool);
        TransportAddress closed = ClosedAddress(IPAddress.IPv6Loopback);
        Assert.True(ports.TryOpen(isIPv6: true, 0, isShared: false, out int port));
        for (int i = 0; i < 1000 && _errors.Count == 0; i++)
        {
            Send(ports, port, closed);
            ports.Receive(Take, TakeError, Now);
        }

        Assert.Equal((closed, (byte)1, (byte)4), (_errors[0].Peer, _errors[0].Type, _errors[0].Code));
    }

    [Fact]
    public void An_error_about_one_peer_costs_no_other_peer_a_datagram()
    {
        Assert.True(_ports.TryOpen(isIPv6: false, 0, isShared: true, out int port));
        TransportAddress closed = ClosedAddress();
        for (int i = 0; i < 20; i++)
        {
            Send(_ports, port, closed);
            Send(_ports, port, PeerAddress);
            byte[] arrived = ReceiveAtPeer(out IPEndPoint from);
            Assert.Equal(10, arrived.Length);
            // Nor is what another peer sends held up.
            Send(_ports, port, closed);
            _peer.Send([1, 2], from);
            Receive(i + 1);
        }

        Assert.Equal(0, _ports.SendErrors);
        Assert.Equal(20, _received.Count);
    }

    [Fact]
    public void Too_big_said_of_one_peer_costs_no_other_peer_a_datagram()
    {
        int port = Open(out ushort number);
        TransportAddress other = ClosedAddress();
        for (int i = 0; i < 20 && TrySayTooBig(number, other.Port); i++)
        {
            Send(_ports, port, PeerAddress);
            Assert.Equal(10, ReceiveAtPeer(out _).Length);
        }

        Assert.Equal(0, _ports.SendErrors);
    }

    [Fact]
    public void A_turn_takes_a_bounded_number_of_errors_and_the_next_one_the_rest()
    {
        int port = Open(out _);
        TransportAddress closed = ClosedAddress();
        int sent = 0;
        while (sent < ErrorQueueReader.Max + 2)
        {
            Send(_ports, port, closed);
            sent++;
        }

        _ports.Receive(Take, TakeError, Now);
        Assert.True(_errors.Count <= ErrorQueueReader.Max, $"{_errors.Count} errors in one turn");
        while (_ports.Receive(Take, TakeError, Now))
        {
        }

        Assert.InRange(_errors.Count, 1, sent);
    }

    [Fact]
    public void What_cannot_be_sent_is_counted()
    {
        int port = Open(out _);
        Transmit transmit = _pool.Datagram(new TransportAddress(1, 9), 10, 1);
        transmit.Via = port;
        _ports.Send(transmit);
        _pool.Release([transmit]);
        Assert.Equal(1, _ports.SendErrors);
    }

    [Fact]
    public void A_turn_allocates_nothing()
    {
        int port = Open(out ushort number);
        var to = new IPEndPoint(IPAddress.Loopback, number);
        int taken = 0;
        RelayPorts.PeerDatagramHandler handler = (ReadOnlySpan<byte> _, int _, in TransportAddress _, Instant _) => taken++;
        RelayPorts.PeerErrorHandler errorHandler = TakeError;
        long least = long.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            _peer.Send([1, 2], to);
            Transmit transmit = _pool.Datagram(PeerAddress, 10, 1);
            transmit.Via = port;
            int before = taken;
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            while (taken == before)
            {
                _ports.Receive(handler, errorHandler, Now);
            }

            _ports.Send(transmit);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - allocated);
            _pool.Release([transmit]);
        }

        Assert.Equal(0, least);
    }

    private TransportAddress PeerAddress => TransportAddress.FromEndPoint((IPEndPoint)_peer.Client.LocalEndPoint!);

    private static TransportAddress ClosedAddress(IPAddress? address = null)
    {
        using var gone = new UdpClient(new IPEndPoint(address ?? IPAddress.Loopback, 0));
        return TransportAddress.FromEndPoint((IPEndPoint)gone.Client.LocalEndPoint!);
    }

    private void Send(RelayPorts ports, int port, TransportAddress to)
    {
        Transmit transmit = _pool.Datagram(to, 10, 1);
        transmit.Via = port;
        ports.Send(transmit);
        _pool.Release([transmit]);
    }

    // The kernel limits the ICMP errors that it makes, for all programs together.
    private void SendUntilError(int port, TransportAddress to)
    {
        for (int i = 0; i < 1000 && _errors.Count == 0; i++)
        {
            Send(_ports, port, to);
            _ports.Receive(Take, TakeError, Now);
        }
    }

    private byte[] ReceiveAtPeer(out IPEndPoint from)
    {
        from = new IPEndPoint(IPAddress.Any, 0);
        _peer.Client.ReceiveTimeout = 10_000;
        return _peer.Receive(ref from);
    }

    /// <summary>
    /// Has the system believe that a router on the way from a port to a peer wants datagrams of 1000 bytes at most (RFC 1191); false
    /// where that needs rights that this process has not.
    /// </summary>
    private static bool TrySayTooBig(ushort port, ushort peer)
    {
        byte[] message = new byte[8 + 20 + 8];
        message[0] = 3;
        message[1] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), 1000);
        Span<byte> quoted = message.AsSpan(8);
        quoted[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(quoted[2..], 1400);
        (quoted[8], quoted[9]) = (64, 17);
        IPAddress.Loopback.TryWriteBytes(quoted[12..], out _);
        IPAddress.Loopback.TryWriteBytes(quoted[16..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(quoted[20..], port);
        BinaryPrimitives.WriteUInt16BigEndian(quoted[22..], peer);
        BinaryPrimitives.WriteUInt16BigEndian(quoted[24..], 1380);
        uint sum = 0;
        for (int i = 0; i < message.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(i));
        }

        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)~((sum & 0xFFFF) + (sum >> 16)));
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp);
            socket.SendTo(message, new IPEndPoint(IPAddress.Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private int Open(out ushort number)
    {
        // A free number, found by taking one and giving it back.
        using var probe = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        number = (ushort)((IPEndPoint)probe.Client.LocalEndPoint!).Port;
        probe.Dispose();
        Assert.True(_ports.TryOpen(isIPv6: false, number, isShared: false, out int handle));
        Assert.True(handle > 0);
        return handle;
    }

    // Loopback delivers before the send call returns, so that what was sent is there.
    private void Receive(int count)
    {
        var limit = System.Diagnostics.Stopwatch.StartNew();
        while (_received.Count < count && limit.Elapsed < TimeSpan.FromSeconds(10))
        {
            _ports.Receive(Take, TakeError, Now);
        }
    }

    private void TakeError(in PeerError error, Instant now) => _errors.Add(error);

    private void Take(ReadOnlySpan<byte> datagram, int port, in TransportAddress peer, Instant now) =>
        _received.Add((datagram.ToArray(), port, peer));
}
