using System.Net;
using System.Net.Sockets;
using Relay.Core.Primitives;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

/// <summary>What really leaves a relay port, on a loopback that takes 1280 bytes.</summary>
public sealed class PathMtuDiscoveryTests : IDisposable
{
    private const int Mtu = 1280;
    private const int Small = 1000;
    private const int Large = 1400;
    private const byte DontFragmentBit = 0x40;

    private static readonly Instant Now = new(1);

    private readonly CheckedPool _pool = new(4);
    private readonly List<PeerError> _errors = [];

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void DF_is_set_on_what_asks_for_it_and_on_nothing_else() => Run(isIPv6: false, () =>
    {
        using var raw = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        raw.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using UdpClient peer = Peer(IPAddress.Loopback);
        using var ports = new RelayPorts(IPAddress.Loopback, portsMax: 1, _pool.Pool);
        Assert.True(ports.TryOpen(isIPv6: false, 0, isShared: false, out int port));
        byte[] packet = new byte[2048];
        foreach (bool asks in (bool[])[false, true, true, false, true])
        {
            Send(ports, port, peer, Small, asks);
            Assert.True(raw.Receive(packet) > Small);
            Assert.Equal(asks ? DontFragmentBit : 0, packet[6]);
        }

        Assert.Equal(0, ports.SendErrors);
    });

    [Theory]
    [InlineData(false, 3, 4)]
    [InlineData(true, 2, 0)]
    public void What_is_too_large_is_sent_in_fragments_or_told(bool isIPv6, byte type, byte code) => Run(isIPv6, () =>
    {
        IPAddress loopback = isIPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        using UdpClient peer = Peer(loopback);
        using var ports = new RelayPorts(loopback, portsMax: 1, _pool.Pool);
        Assert.True(ports.TryOpen(isIPv6, 0, isShared: false, out int port));
        for (int i = 0; i < 3; i++)
        {
            _errors.Clear();
            Send(ports, port, peer, Large, dontFragment: true);
            Assert.True(ports.HasErrors);
            ports.Receive(Take, TakeError, Now);
            Assert.False(ports.HasErrors);
            PeerError error = Assert.Single(_errors);
            Assert.Equal((port, type, code, (uint)Mtu), (error.Port, error.Type, error.Code, error.Data));
            Assert.Equal(TransportAddress.FromEndPoint((IPEndPoint)peer.Client.LocalEndPoint!), error.Peer);

            Send(ports, port, peer, Large, dontFragment: false);
            IPEndPoint from = new(loopback, 0);
            Assert.Equal(Large, peer.Receive(ref from).Length);
            Assert.Equal(i + 1, ports.SendErrors);
        }
    });

    [Fact]
    public void An_error_is_handed_over_though_its_port_is_closed_meanwhile() => Run(isIPv6: false, () =>
    {
        using UdpClient peer = Peer(IPAddress.Loopback);
        using var ports = new RelayPorts(IPAddress.Loopback, portsMax: 1, _pool.Pool);
        Assert.True(ports.TryOpen(isIPv6: false, 0, isShared: false, out int port));
        Send(ports, port, peer, Large, dontFragment: true);
        ports.Close(port);
        Assert.True(ports.HasErrors);
        // A worker that has errors does not sleep, so they must not stay.
        Assert.False(ports.Receive(Take, TakeError, Now));
        Assert.False(ports.HasErrors);
        Assert.Equal(port, Assert.Single(_errors).Port);
    });

    [Fact]
    public void A_socket_that_is_none_is_refused() => Assert.False(PathMtuDiscovery.TrySet(-1, isIPv4: true, dontFragment: true));

    // Without root there is no network whose packets can be looked at: then the options are.
    private static void Run(bool isIPv6, Action test)
    {
        if (OwnNetwork.TryRun(Mtu, test))
        {
            return;
        }

        using var socket = new Socket(
            isIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        byte[] value = new byte[4];
        foreach ((bool refuses, byte mode) in ((bool, byte)[])[(false, isIPv6 ? (byte)0 : (byte)5), (true, 3)])
        {
            Assert.True(PathMtuDiscovery.TrySet((int)socket.Handle, !isIPv6, refuses));
            socket.GetRawSocketOption(isIPv6 ? 41 : 0, isIPv6 ? 23 : 10, value);
            Assert.Equal(mode, value[0]);
        }
    }

    private static UdpClient Peer(IPAddress address)
    {
        var peer = new UdpClient(new IPEndPoint(address, 0));
        peer.Client.ReceiveTimeout = 10_000;
        return peer;
    }

    private void Send(RelayPorts ports, int port, UdpClient peer, int length, bool dontFragment)
    {
        Core.Buffers.Transmit transmit = _pool.Datagram(
            TransportAddress.FromEndPoint((IPEndPoint)peer.Client.LocalEndPoint!), length, 1);
        transmit.Via = port;
        transmit.DontFragment = dontFragment;
        ports.Send(transmit);
        _pool.Release([transmit]);
    }

    private void Take(ReadOnlySpan<byte> datagram, int port, in TransportAddress peer, Instant now) =>
        Assert.Fail("Nobody sends to the port.");

    private void TakeError(in PeerError error, Instant now) => _errors.Add(error);
}
