using System.Buffers;
using System.Text;
using Relay.Core.Ice;
using Relay.Core.Turn;
using Relay.Host.Platform;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class StreamRouteTests
{
    [Theory]
    [InlineData("1800000000:0-abc", 0)]
    [InlineData("1800000000:63-abc", 63)]
    [InlineData("1800000000:7-", 7)]
    [InlineData("1800000000:7", StreamRoute.Unknown)]
    [InlineData("1800000000:", StreamRoute.Unknown)]
    [InlineData("1800000000", StreamRoute.Unknown)]
    [InlineData("7-abc", StreamRoute.Unknown)]
    [InlineData("1800000000:-7-abc", StreamRoute.Unknown)]
    [InlineData("1800000000:+7-abc", StreamRoute.Unknown)]
    [InlineData("1800000000:99999999999-abc", StreamRoute.Unknown)]
    [InlineData("alice", StreamRoute.Unknown)]
    public void A_turn_user_name_may_name_its_worker(string username, int worker)
    {
        Assert.Equal(worker, Read(StreamKind.Turn, StunMessages.Allocate(username), out bool hasUsername));
        Assert.True(hasUsername);
    }

    [Fact]
    public void A_ufrag_names_its_worker()
    {
        byte[] ufrag = new byte[IceUfrag.Bytes];
        IceUfrag.Write(123, new SystemRandomSource(), ufrag, worker: 5);
        string username = Encoding.ASCII.GetString(ufrag) + ":abcd";
        Assert.Equal(5, Read(StreamKind.Ice, StunMessages.Binding(username), out bool hasUsername));
        Assert.True(hasUsername);
        Assert.Equal(StreamRoute.Unknown, Read(StreamKind.Ice, StunMessages.Binding("abcd:efgh"), out _));
    }

    [Fact]
    public void Messages_without_a_user_name_name_nobody()
    {
        Assert.Equal(StreamRoute.Unknown, Read(StreamKind.Turn, StunMessages.Allocate(), out bool hasUsername));
        Assert.False(hasUsername);
        Assert.Equal(StreamRoute.Unknown, Read(StreamKind.Turn, [0x40, 1, 0, 0], out hasUsername));
        Assert.False(hasUsername);
        byte[] broken = StunMessages.Allocate("1800000000:7-a");
        broken[^1] = 0;
        broken[21] = 0xFF;
        Assert.Equal(StreamRoute.Unknown, Read(StreamKind.Turn, broken[..24], out hasUsername));
        Assert.False(hasUsername);
    }

    [Theory]
    [InlineData("1800000000:3-abc", true)]
    [InlineData("alice", true)]
    [InlineData(null, false)]
    public void A_ConnectionBind_goes_where_the_peers_connection_is(string? username, bool isNamed)
    {
        byte[] bind = StunMessages.ConnectionBind(ConnectionId.Of(5, 77), username);
        Assert.Equal(5, Read(StreamKind.Turn, bind, out bool hasUsername));
        Assert.Equal(isNamed, hasUsername);
        Assert.True(StreamRoute.IsConnectionBind(new ReadOnlySequence<byte>(bind)));
        Assert.False(StreamRoute.IsConnectionBind(new ReadOnlySequence<byte>(StunMessages.Allocate())));
        Assert.False(StreamRoute.IsConnectionBind(new ReadOnlySequence<byte>(bind[..8])));
    }

    private static int Read(StreamKind kind, byte[] message, out bool hasUsername) =>
        StreamRoute.Read(kind, new ReadOnlySequence<byte>(message), out hasUsername);
}
