using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class AllocationQuotaTests
{
    private readonly AllocationQuota _quota = new(2, new SeededRandomSource(1));

    [Fact]
    public void A_key_has_room_for_so_many_and_is_forgotten_with_the_last()
    {
        ulong key = _quota.KeyOf((UInt128)7);
        _quota.Add(key);
        Assert.True(_quota.HasRoom(key));
        Assert.False(_quota.HasRoom(key, 2));
        _quota.Add(key);
        Assert.True(_quota.HasRoom(key, 0));
        Assert.False(_quota.HasRoom(key));
        Assert.True(_quota.HasRoom(_quota.KeyOf((UInt128)8)));
        _quota.Remove(key);
        Assert.True(_quota.HasRoom(key));
        Assert.Equal(1, _quota.Keys);
        _quota.Remove(key);
        Assert.Equal(0, _quota.Keys);
        Assert.Throws<InvalidOperationException>(() => _quota.Remove(key));
    }

    [Fact]
    public void A_source_is_an_ipv4_address_or_an_ipv6_64()
    {
        Assert.Equal(Key("192.0.2.1:1"), Key("192.0.2.1:2"));
        Assert.NotEqual(Key("192.0.2.1:1"), Key("192.0.2.2:1"));
        Assert.Equal(Key("[2001:db8::1]:1"), Key("[2001:db8::ffff:1]:1"));
        Assert.NotEqual(Key("[2001:db8::1]:1"), Key("[2001:db8:0:1::1]:1"));
    }

    private ulong Key(string source) => _quota.KeyOf(TurnRig.At(source));
}
