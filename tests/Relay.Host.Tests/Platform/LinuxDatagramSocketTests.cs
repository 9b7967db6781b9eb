using System.Net.Sockets;
using Relay.Core.Buffers;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

[Collection(nameof(AloneInTheProcess))]
public class LinuxDatagramSocketTests : DatagramSocketTests
{
    protected override bool UsePortable => false;

    [Fact]
    public void The_factory_picks_it_on_linux()
    {
        using var pool = new CheckedPool(64);
        using IDatagramSocket socket = Open("127.0.0.1", pool);
        Assert.IsType<LinuxDatagramSocket>(socket);
        Assert.Equal(DatagramOffloads.Send | DatagramOffloads.Receive, socket.Offloads);
    }

    [Fact]
    public void What_goes_to_one_address_crosses_in_trains()
    {
        using var pool = new CheckedPool(128);
        using IDatagramSocket sender = Open("127.0.0.1", pool);
        using IDatagramSocket one = Open("127.0.0.1", pool);
        using IDatagramSocket other = Open("127.0.0.1", pool);
        Transmit[] outgoing = [.. Enumerable.Range(0, 60).Select(i =>
            pool.Datagram((i % 3 == 0 ? one : other).LocalAddress, 1200, (byte)i))];
        Assert.Equal(60, sender.Send(outgoing));
        Assert.Equal(Enumerable.Range(0, 60).Where(i => i % 3 == 0), ReceiveAll(one, 20).Select(r => (int)r.Bytes[0]));
        Assert.Equal(Enumerable.Range(0, 60).Where(i => i % 3 != 0), ReceiveAll(other, 40).Select(r => (int)r.Bytes[0]));
        Assert.Equal((60, 2, 1), (sender.Counters.Sent, sender.Counters.SentMessages, sender.Counters.SendCalls));
        Assert.Equal((20, 1), (one.Counters.Received, one.Counters.ReceivedMessages));
        pool.Release(outgoing);
    }

    [Fact]
    public void A_batch_each_way_allocates_nothing() => Assert.Equal(0, MeasureAllocation(200));

    [Fact]
    public void A_batch_smaller_than_the_callers_array_is_what_one_call_takes()
    {
        using var pool = new CheckedPool(64);
        using IDatagramSocket socket = Open("127.0.0.1", pool, batchSize: 4);
        using var other = new UdpClient();
        for (int i = 0; i < 10; i++)
        {
            other.Send([(byte)i], socket.LocalAddress.ToEndPoint());
        }

        Received[] batch = new Received[16];
        var counts = new List<int>();
        while (counts.Sum() < 10)
        {
            counts.Add(socket.Receive(batch));
        }

        Assert.Equal([4, 4, 2], counts);
    }
}
