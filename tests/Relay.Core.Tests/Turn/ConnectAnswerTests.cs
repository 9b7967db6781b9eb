using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>Late answers to Connect: <see cref="ConnectAnswer"/>.</summary>
public class ConnectAnswerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_signed_as_the_request_wanted_it(bool sha256)
    {
        var rig = new TcpRig();
        TurnTestClient client = rig.Client();
        client.UsesSha256 = sha256;
        client.AllocateTcp();
        byte[] request = client.Build(StunMethod.Connect, TurnTestClient.Peers(TurnRig.World));
        rig.Turn.Handle(request, client.Address);
        rig.Turn.Server.HandlePeerOpened(Assert.Single(rig.Tcp.Connecting).Key, rig.Turn.Now);
        TurnSent answer = Assert.Single(rig.Turn.Drain());
        Assert.True(answer.Stun.TransactionId.SequenceEqual(request.AsSpan(8, 12)));
        Assert.Equal((sha256, !sha256), (answer.Stun.HasIntegritySha256, answer.Stun.HasIntegrity));
        Assert.True(TurnCredentials.IsSigned(answer.Stun, client.Key));
        Assert.False(answer.Stun.HasFingerprint);
    }
}
