using System.Net;
using System.Net.Sockets;
using Relay.Core.Buffers;
using Relay.Core.Primitives;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public sealed class MessageSenderTests : IDisposable
{
    // SO_NO_CHECK: without UDP checksums the kernel refuses to cut trains, and sends single datagrams as before.
    private const int NoChecksum = 11;

    // IPV6_MTU: the longest packet that the socket sends in one piece.
    private const int IPv6Level = 41;
    private const int IPv6PathMtu = 24;

    private readonly CheckedPool _pool = new(1024);
    private readonly Socket _socket = Bind(AddressFamily.InterNetwork);
    private readonly Socket _receiver = Bind(AddressFamily.InterNetwork);

    [Fact]
    public void A_train_is_one_message_and_arrives_as_datagrams()
    {
        MessageSender sender = Sender();
        Assert.Equal(10, Send(sender, [.. Enumerable.Repeat(1200, 9), 300]));
        Assert.Equal([.. Enumerable.Repeat(1200, 9), 300], Receive(10).Select(bytes => bytes.Length));
        DatagramCounters counters = sender.AddTo(default);
        Assert.Equal((10, 1, 1), (counters.Sent, counters.SentMessages, counters.SendCalls));
    }

    [Fact]
    public void Over_IPv6_and_from_a_wildcard_socket_too()
    {
        using var dual = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true, Blocking = false };
        dual.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        using Socket six = Bind(AddressFamily.InterNetworkV6);
        var sender = new MessageSender((int)dual.Handle, _pool.Pool, isIPv4: false, batchSize: 64, usesTrains: true);
        Transmit[] batch = [.. Enumerable.Range(0, 20).Select(i =>
            _pool.Datagram(TransportAddress.FromEndPoint((IPEndPoint)(i % 2 == 0 ? six : _receiver).LocalEndPoint!), 1000, (byte)i))];
        Assert.Equal(20, sender.Send(batch));
        Assert.Equal(2, sender.AddTo(default).SentMessages);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (byte)((2 * i) + 1)), Receive(10).Select(bytes => bytes[0]));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (byte)(2 * i)), Receive(10, six).Select(bytes => bytes[0]));
        _pool.Release(batch);
    }

    [Fact]
    public void A_refused_train_goes_out_one_by_one_in_order()
    {
        _socket.SetRawSocketOption(ControlMessages.SocketLevel, NoChecksum, BitConverter.GetBytes(1));
        MessageSender sender = Sender();
        Assert.Equal(12, Send(sender, [.. Enumerable.Repeat(700, 9), 300, 900, 900]));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (byte)i), Receive(12).Select(bytes => bytes[0]));
        DatagramCounters counters = sender.AddTo(default);
        Assert.Equal((12, 0, 2), (counters.Sent, counters.SendFailed, counters.TrainsRefused));
        Assert.True(sender.UsesTrains);
    }

    [Fact]
    public void A_peer_behind_a_narrow_path_does_not_take_trains_from_the_others()
    {
        // The kernel cuts no train into datagrams that are too long for the path, which a peer can make as narrow as it likes.
        using Socket six = Bind(AddressFamily.InterNetworkV6);
        six.SetRawSocketOption(IPv6Level, IPv6PathMtu, BitConverter.GetBytes(1280));
        using Socket receiver = Bind(AddressFamily.InterNetworkV6);
        var sender = new MessageSender((int)six.Handle, _pool.Pool, isIPv4: false, batchSize: 64, usesTrains: true);
        TransportAddress to = TransportAddress.FromEndPoint((IPEndPoint)receiver.LocalEndPoint!);
        for (int i = 0; i < 2 * TrainRefusals.Max; i++)
        {
            Transmit[] batch = [.. Enumerable.Range(0, 3).Select(j => _pool.Datagram(to, 1400, (byte)j))];
            Assert.Equal(3, sender.Send(batch));
            Assert.Equal([0, 1, 2], Receive(3, receiver).Select(bytes => (int)bytes[0]));
            _pool.Release(batch);
        }

        Assert.Equal(2 * TrainRefusals.Max, sender.AddTo(default).TrainsRefused);
        Assert.True(sender.UsesTrains);
    }

    [Fact]
    public void A_train_to_an_impossible_address_is_an_error_for_each_of_its_datagrams_and_no_refusal()
    {
        MessageSender sender = Sender();
        TransportAddress good = TransportAddress.FromEndPoint((IPEndPoint)_receiver.LocalEndPoint!);
        TransportAddress bad = good with { Port = 0 };
        Transmit[] batch = [.. Enumerable.Range(0, 30).Select(i => _pool.Datagram(i % 3 == 1 ? bad : good, 800, (byte)i))];
        Assert.Equal(20, sender.Send(batch));
        Assert.Equal(Enumerable.Range(0, 30).Where(i => i % 3 != 1).Select(i => (byte)i), Receive(20).Select(bytes => bytes[0]));
        DatagramCounters counters = sender.AddTo(default);
        Assert.Equal((20, 10, 0, 0), (counters.Sent, counters.SendErrors, counters.SendBufferFull, counters.TrainsRefused));
        _pool.Release(batch);
    }

    [Fact]
    public void More_than_a_batch_is_sent_in_parts()
    {
        var sender = new MessageSender((int)_socket.Handle, _pool.Pool, isIPv4: true, batchSize: 8, usesTrains: true);
        Assert.Equal(20, Send(sender, [.. Enumerable.Repeat(50, 20)]));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (byte)i), Receive(20).Select(bytes => bytes[0]));
        Assert.Equal(3, sender.AddTo(default).SentMessages);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _receiver.Dispose();
        _pool.Dispose();
    }

    private static Socket Bind(AddressFamily family)
    {
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20, Blocking = false };
        socket.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0));
        return socket;
    }

    private MessageSender Sender() => new((int)_socket.Handle, _pool.Pool, isIPv4: true, batchSize: 64, usesTrains: true);

    private int Send(MessageSender sender, int[] lengths)
    {
        TransportAddress to = TransportAddress.FromEndPoint((IPEndPoint)_receiver.LocalEndPoint!);
        Transmit[] batch = [.. lengths.Select((length, i) => _pool.Datagram(to, length, (byte)i))];
        int sent = sender.Send(batch);
        _pool.Release(batch);
        return sent;
    }

    private List<byte[]> Receive(int count, Socket? from = null)
    {
        List<byte[]> all = [];
        byte[] buffer = new byte[2048];
        while (all.Count < count)
        {
            Assert.True((from ?? _receiver).Poll(TimeSpan.FromSeconds(20), SelectMode.SelectRead), "nothing arrived");
            all.Add(buffer[..(from ?? _receiver).Receive(buffer)]);
        }

        return all;
    }
}
