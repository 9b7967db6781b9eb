using System.Net;
using System.Net.Sockets;
using Relay.Core.Buffers;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public class DatagramSocketFactoryTests
{
    private static readonly IPEndPoint Anywhere = new(IPAddress.Loopback, 0);

    public static TheoryData<DatagramSocketOptions> Wrong { get; } =
    [
        new DatagramSocketOptions { BatchSize = 0 },
        new DatagramSocketOptions { BatchSize = DatagramSocketOptions.BatchMaxSize + 1 },
        new DatagramSocketOptions { SendBatchSize = 0 },
        new DatagramSocketOptions { SendBatchSize = DatagramSocketOptions.BatchMaxSize + 1 },
        new DatagramSocketOptions { ReceiveBufferBytes = -1 },
        new DatagramSocketOptions { SendBufferBytes = -1 },
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_size_out_of_range_is_refused(DatagramSocketOptions options) =>
        Assert.Throws<ArgumentException>(() => DatagramSocketFactory.Open(Anywhere, new PacketPool(1), options));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_port_in_use_is_reported_and_holds_no_slot(bool usePortable)
    {
        var pool = new PacketPool(8);
        var options = new DatagramSocketOptions { UsePortable = usePortable, ReceiveBufferBytes = 0, SendBufferBytes = 0 };
        using IDatagramSocket first = DatagramSocketFactory.Open(Anywhere, pool, options);
        Assert.Throws<SocketException>(() => DatagramSocketFactory.Open(first.LocalAddress.ToEndPoint(), pool, options));
        Assert.Equal(0, pool.InUse);
    }
}
