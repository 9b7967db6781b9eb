using Relay.Core.Primitives;
using Xunit;

namespace Relay.Core.Tests.Primitives;

public sealed class VirtualAddressTests
{
    [Theory]
    [InlineData(VirtualAddressKind.Stream, 0, 1u, 0)]
    [InlineData(VirtualAddressKind.TurnPeer, 99_999, 0xFF_FFFFu, 65_535)]
    [InlineData(VirtualAddressKind.Stream, int.MaxValue, 0u, 7)]
    public void All_parts_come_back(VirtualAddressKind kind, int slot, uint generation, int index)
    {
        TransportAddress address = VirtualAddress.Of(kind, slot, generation, (ushort)index);

        Assert.True(VirtualAddress.IsVirtual(address));
        Assert.Equal(kind, VirtualAddress.KindOf(address));
        Assert.Equal(slot, VirtualAddress.SlotOf(address));
        Assert.Equal(generation, VirtualAddress.GenerationOf(address));
        Assert.Equal(index, address.Port);
    }

    [Fact]
    public void Generations_keep_24_bits() =>
        Assert.Equal(5u, VirtualAddress.GenerationOf(VirtualAddress.Of(VirtualAddressKind.Stream, 3, 0x0100_0005)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("1.0.0.0")]
    [InlineData("2001:db8::1")]
    [InlineData("101::1")]
    [InlineData("100:0:0:1::1")]
    [InlineData("::")]
    public void Addresses_on_the_wire_are_not_virtual(string text)
    {
        var address = TransportAddress.FromEndPoint(new System.Net.IPEndPoint(System.Net.IPAddress.Parse(text), 1));

        Assert.False(VirtualAddress.IsVirtual(address));
        Assert.Equal(VirtualAddressKind.None, VirtualAddress.KindOf(address));
    }

    [Fact]
    public void The_whole_discard_only_prefix_is_virtual() => Assert.True(VirtualAddress.IsVirtual(
        TransportAddress.FromEndPoint(new System.Net.IPEndPoint(System.Net.IPAddress.Parse("100::dead:beef"), 1))));
}
