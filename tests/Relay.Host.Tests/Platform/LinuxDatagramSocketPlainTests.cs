using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

/// <summary>The same without the kernel's offloads, as on old kernels or when they are switched off.</summary>
[Collection(nameof(AloneInTheProcess))]
public class LinuxDatagramSocketPlainTests : DatagramSocketTests
{
    protected override bool UsePortable => false;

    protected override DatagramOffloads Offloads => DatagramOffloads.None;

    [Fact]
    public void Every_datagram_is_a_message()
    {
        Assert.Equal(0, MeasureAllocation(20));
        using var pool = new CheckedPool(64);
        using IDatagramSocket socket = Open("127.0.0.1", pool);
        Assert.Equal(DatagramOffloads.None, socket.Offloads);
        Relay.Core.Buffers.Transmit[] outgoing = [.. Enumerable.Range(0, 10).Select(i => pool.Datagram(socket.LocalAddress, 1000, (byte)i))];
        Assert.Equal(10, socket.Send(outgoing));
        Assert.Equal(10, ReceiveAll(socket, 10).Count);
        DatagramCounters counters = socket.Counters;
        Assert.Equal((10, 10, 1), (counters.SentMessages, counters.ReceivedMessages, counters.SendCalls));
        pool.Release(outgoing);
    }
}
