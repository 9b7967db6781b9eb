using System.Net;
using Relay.Host.Check;
using Relay.Host.Tests.Turn;
using Xunit;

namespace Relay.Host.Tests.Check;

public sealed class DatagramChannelTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_lost_request_is_sent_again_and_what_is_no_answer_to_it_is_not_taken()
    {
        int asked = 0;
        using var server = new StunServerStub(request => ++asked switch
        {
            1 => null,
            2 => StunServerStub.Mapped([.. request[..19], 99], default),
            _ => StunServerStub.Mapped(request, default),
        });
        using var channel = DatagramChannel.Open(server.EndPoint, Long);
        byte[] answer = await channel.AskAsync(StunMessages.Binding());
        Assert.True(StunConversation.IsAnswer(StunMessages.Binding(), answer));
        Assert.Equal(3, asked);
        Assert.Equal(IPAddress.Loopback, channel.Local.Address);
    }

    [Fact]
    public async Task Nobody_and_silence_and_a_stranger_are_told_apart()
    {
        using var silent = new StunServerStub(_ => null);
        using var stranger = new StunServerStub(_ => [1, 2, 3]);
        // An echo sends the request back, which is STUN and no answer.
        using var echo = new StunServerStub(request => request);
        string[] said = await Task.WhenAll(
            new[] { silent, stranger, echo }.Select(server => ComplaintAsync(server.EndPoint, Short)));
        Assert.Contains("no answer", said[0], StringComparison.Ordinal);
        Assert.Contains("does not speak STUN", said[1], StringComparison.Ordinal);
        Assert.Contains("does not speak STUN", said[2], StringComparison.Ordinal);
        IPEndPoint gone;
        using (var ended = new StunServerStub(_ => null))
        {
            gone = ended.EndPoint;
        }

        Assert.Contains("refused", await ComplaintAsync(gone, Long), StringComparison.Ordinal);
    }

    private static async Task<string> ComplaintAsync(IPEndPoint remote, TimeSpan limit)
    {
        using var channel = DatagramChannel.Open(remote, limit);
        return (await Assert.ThrowsAsync<ProbeException>(() => channel.AskAsync(StunMessages.Binding()))).Message;
    }
}
