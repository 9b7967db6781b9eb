using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class TurnAllocationTests
{
    private static readonly Instant Now = Instant.Zero + TimeSpan.FromHours(1);

    [Fact]
    public void It_knows_who_made_it_and_by_which_request()
    {
        TurnAllocation allocation = Make(keyBytes: 32, transaction: 7);
        Assert.Equal("alice"u8.ToArray(), allocation.Username.ToArray());
        Assert.Equal((UInt128)9, allocation.User);
        Assert.Equal(PasswordAlgorithm.Sha256, allocation.Algorithm);
        Assert.Equal(PasswordAlgorithm.Md5, Make(keyBytes: 16, transaction: 7).Algorithm);
        Assert.True(allocation.IsMadeBy(Message(Request(7))));
        Assert.False(allocation.IsMadeBy(Message(Request(8))));
    }

    [Fact]
    public void Its_timer_is_the_first_of_all_that_ends()
    {
        TurnAllocation allocation = Make(16, 1);
        Assert.True(allocation.IsEmpty);
        Assert.Equal(Instant.Never, allocation.NextTimeout);
        allocation.IPv4 = new RelayedAddress { Address = TurnRig.Media, ExpiresAt = Now + TimeSpan.FromHours(1) };
        allocation.Relayed(isIPv6: true) =
            new RelayedAddress { Address = TurnRig.MediaIPv6, ExpiresAt = Now + TimeSpan.FromMinutes(50) };
        Assert.False(allocation.IsEmpty);
        Assert.Equal(Now + TimeSpan.FromMinutes(50), allocation.NextTimeout);
        allocation.Channels.TryBind(0x4000, TurnRig.World, PeerVerdict.Public, Now);
        Assert.Equal(Now + ChannelTable.Lifetime, allocation.NextTimeout);
        allocation.Permissions.TryRefresh(TurnRig.World, Now);
        Assert.Equal(Now + PermissionTable.Lifetime, allocation.NextTimeout);
    }

    [Fact]
    public void It_reaches_peers_of_its_families()
    {
        TurnAllocation allocation = Make(16, 1);
        allocation.IPv6 = new RelayedAddress { Address = TurnRig.MediaIPv6 };
        Assert.True(allocation.HasFamilyOf(TurnRig.WorldIPv6));
        Assert.False(allocation.HasFamilyOf(TurnRig.World));
        Assert.Equal(TurnRig.MediaIPv6, allocation.Relayed(isIPv6: true).Address);
        Assert.True(allocation.Relayed(isIPv6: false).IsNone);
    }

    private static TurnAllocation Make(int keyBytes, byte transaction)
    {
        var request = new TurnRequest
        {
            Message = Message(Request(transaction)),
            Client = VirtualAddress.Of(VirtualAddressKind.Stream, 1, 1),
            Mapped = TurnRig.World,
            Now = Now,
            KeyBuffer = new byte[32],
            KeyLength = keyBytes,
            User = 9,
        };
        Assert.True(request.IsStream);
        return new TurnAllocation(3, 4, request, TurnRig.Options);
    }

    private static StunMessageReader Message(byte[] request)
    {
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(request, out StunMessageReader message));
        return message;
    }

    private static byte[] Request(byte transaction)
    {
        byte[] buffer = new byte[100];
        var writer = new StunMessageWriter(buffer);
        byte[] id = new byte[12];
        id[11] = transaction;
        writer.WriteHeader(StunClass.Request, StunMethod.Allocate, id);
        writer.AddUsername("alice"u8);
        return buffer[..writer.Length];
    }
}
