using Relay.Core.Buffers;
using Relay.Core.Primitives;
using Xunit;

namespace Relay.Host.Tests.Platform;

/// <summary>A checked packet pool that fails the test if anything was not given back.</summary>
public sealed class CheckedPool(int slots) : IDisposable
{
    public PacketPool Pool { get; } = new(slots, isChecked: true);

    public Transmit Datagram(TransportAddress remote, int length, byte fill)
    {
        Assert.True(Pool.TryRent(PacketOwner.Transmit, out PacketHandle packet));
        Pool.Span(packet, PacketPool.HeadroomBytes, length).Fill(fill);
        return new Transmit { Packet = packet, Offset = PacketPool.HeadroomBytes, Length = length, Remote = remote };
    }

    public void Release(Transmit[] batch)
    {
        foreach (Transmit transmit in batch)
        {
            Pool.Release(transmit.Packet, PacketOwner.Transmit);
        }
    }

    public void Dispose() => Assert.Equal(0, Pool.InUse);
}
