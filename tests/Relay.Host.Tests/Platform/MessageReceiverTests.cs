using System.Net;
using System.Net.Sockets;
using Relay.Core.Buffers;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

/// <summary>Trains from a socket that lets the kernel cut them; on loopback they arrive whole.</summary>
public sealed class MessageReceiverTests : IDisposable
{
    private readonly Socket _socket = Bind();
    private readonly Socket _sender = Bind();
    private readonly Received[] _batch = new Received[64];

    [Theory]
    [InlineData(1, 1200)]
    [InlineData(2, 1200)]
    [InlineData(10, 1200)]
    [InlineData(10, 1)]
    [InlineData(64, 1000)]
    [InlineData(33, 1920)]
    public void A_train_is_taken_apart(int segments, int segmentBytes)
    {
        MessageReceiver receiver = Receiver();
        byte[] train = Train((segments * segmentBytes) - (segmentBytes / 3));
        Send(train, segmentBytes);
        List<byte[]> arrived = Receive(receiver, segments);
        Assert.Equal(train, arrived.SelectMany(bytes => bytes));
        Assert.All(arrived[..^1], bytes => Assert.Equal(segmentBytes, bytes.Length));
        Assert.Equal((segments, 1), (receiver.Counters.Received, receiver.Counters.ReceivedMessages));
    }

    [Fact]
    public void Single_datagrams_between_trains_are_whole_whatever_came_before_in_their_buffer()
    {
        MessageReceiver receiver = Receiver(batchSize: 2);
        List<int> sent = [];
        for (int i = 0; i < 20; i++)
        {
            Send(Train(2000), segmentBytes: 700);
            sent.AddRange([700, 700, 600]);
            Send(Train(1500 + i), segmentBytes: 0);
            sent.Add(1500 + i);
            Send([], segmentBytes: 0);
            sent.Add(0);
        }

        Assert.Equal(sent, Receive(receiver, sent.Count).Select(bytes => bytes.Length));
    }

    [Fact]
    public void What_the_batch_has_no_room_for_comes_with_the_next_call_and_costs_none()
    {
        MessageReceiver receiver = Receiver();
        byte[] first = Train(40 * 100);
        byte[] second = Train(30 * 100);
        Send(first, 100);
        Send(second, 100);
        List<byte[]> arrived = [];
        List<int> counts = [];
        Received[] small = new Received[7];
        while (arrived.Count < 70)
        {
            Assert.Equal(arrived.Count > 0, receiver.HasMore);
            counts.Add(receiver.Receive(small));
            arrived.AddRange(small.Take(counts[^1]).Select(r => receiver.Slab.Span(r).ToArray()));
        }

        Assert.Equal(first.Concat(second), arrived.SelectMany(bytes => bytes));
        Assert.Equal(Enumerable.Repeat(7, 10), counts);
        Assert.Equal(1, receiver.Counters.ReceiveCalls);
        Assert.False(receiver.HasMore);
    }

    [Fact]
    public void Segments_too_long_for_media_are_dropped_and_their_neighbours_are_not()
    {
        MessageReceiver receiver = Receiver();
        Send(Train(5000), segmentBytes: 2000);
        Send(Train(9000), segmentBytes: 0);
        Send([7], segmentBytes: 0);
        Assert.Equal([1000, 1], Receive(receiver, 2).Select(bytes => bytes.Length));
        Assert.Equal(3, receiver.Counters.TruncatedReceives);
        Assert.Equal(2, receiver.Counters.Received);
    }

    [Fact]
    public void Each_segment_bears_the_time_of_its_train()
    {
        _socket.SetRawSocketOption(ControlMessages.SocketLevel, ControlMessages.TimestampNanoseconds, BitConverter.GetBytes(1));
        MessageReceiver receiver = Receiver();
        long before = RealtimeClock.Nanoseconds;
        Send(Train(3000), segmentBytes: 1000);
        Assert.Equal(3, Receive(receiver, 3).Count);
        long after = RealtimeClock.Nanoseconds + 100;
        Assert.All(_batch.Take(3), r => Assert.InRange(r.Arrival, before, after));
    }

    [Fact]
    public void Without_offload_a_train_arrives_cut_by_the_kernel()
    {
        var receiver = new MessageReceiver((int)_socket.Handle, isIPv4: true, batchSize: 64, hasTrains: false);
        Send(Train(5 * 1000), segmentBytes: 1000);
        Assert.Equal(5, Receive(receiver, 5).Count);
        Assert.Equal(5, receiver.Counters.ReceivedMessages);
        Assert.All(_batch.Take(5), r => Assert.Equal(0, r.Arrival));
    }

    public void Dispose()
    {
        _socket.Dispose();
        _sender.Dispose();
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static byte[] Train(int length)
    {
        byte[] train = new byte[length];
        new Random(length).NextBytes(train);
        return train;
    }

    private MessageReceiver Receiver(int batchSize = 64)
    {
        _socket.SetRawSocketOption(ControlMessages.UdpLevel, ControlMessages.UdpReceiveOffload, BitConverter.GetBytes(1));
        return new MessageReceiver((int)_socket.Handle, isIPv4: true, batchSize, hasTrains: true);
    }

    private void Send(byte[] bytes, int segmentBytes)
    {
        _sender.SetRawSocketOption(ControlMessages.UdpLevel, ControlMessages.UdpSegment, BitConverter.GetBytes(segmentBytes));
        _sender.SendTo(bytes, _socket.LocalEndPoint!);
    }

    private List<byte[]> Receive(MessageReceiver receiver, int count)
    {
        List<byte[]> all = [];
        for (int empty = 0; all.Count < count; empty++)
        {
            Assert.True(empty < 1000, "nothing arrived");
            _socket.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectRead);
            int received = receiver.Receive(_batch);
            all.AddRange(_batch.Take(received).Select(r => receiver.Slab.Span(r).ToArray()));
        }

        return all;
    }
}
