using System.Net;
using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Relay.Host.Check;
using Relay.Host.Tests.Turn;
using Xunit;

namespace Relay.Host.Tests.Check;

public sealed class StunConversationTests
{
    private static readonly TransportAddress Address = TransportAddress.FromIPv4(0xC000_0207, 5000);
    private static readonly TurnUser User = new("alice", "a-secret");

    private static readonly (ushort Type, byte[] Value)[] Challenge =
        [(StunAttributeType.Realm, Encoding.ASCII.GetBytes("relay")), (StunAttributeType.Nonce, [1, 2, 3, 4])];

    [Fact]
    public async Task A_binding_gives_the_mapped_address()
    {
        using var channel = new Script(request => StunServerStub.Mapped(request, Address));
        Assert.Equal(Address.ToEndPoint(), await new StunConversation(channel).BindAsync());
    }

    [Fact]
    public async Task An_allocation_is_signed_and_given_back()
    {
        var asked = new List<(StunMethod Method, bool IsSigned, uint Lifetime)>();
        using var channel = new Script(request =>
        {
            Assert.Equal(DropReason.None, StunMessageReader.TryParse(request, out StunMessageReader message));
            byte[] key = new byte[16];
            LongTermKey.Write(PasswordAlgorithm.Md5, "alice"u8, "relay"u8, "a-secret"u8, key);
            bool isSigned = message.VerifyIntegrity(key);
            message.TryGetUInt32(StunAttributeType.Lifetime, out uint lifetime);
            asked.Add((message.Method, isSigned, message.TryGetUInt32(StunAttributeType.Lifetime, out _) ? lifetime : 600));
            if (!isSigned)
            {
                return StunServerStub.Error(request, 401, Challenge);
            }

            byte[] buffer = new byte[128];
            var writer = new StunMessageWriter(buffer);
            writer.WriteHeader(StunClass.SuccessResponse, message.Method, message.TransactionId);
            writer.AddXorAddress(StunAttributeType.XorRelayedAddress, Address);
            return buffer[..writer.Length];
        });

        Assert.Equal(Address.ToEndPoint(), await new StunConversation(channel).AllocateAsync(User));

        Assert.Equal(
            [(StunMethod.Allocate, false, 600), (StunMethod.Allocate, true, 600), (StunMethod.Refresh, true, 0)], asked);
    }

    [Theory]
    [InlineData(401, "other Turn:Secrets")]
    [InlineData(441, "other Turn:Secrets")]
    [InlineData(300, "draining")]
    [InlineData(508, "draining")]
    [InlineData(486, "AllocationsPerUser")]
    [InlineData(438, "another address of this machine with each question")]
    [InlineData(400, "error 400")]
    public async Task A_refusal_is_explained(int code, string said)
    {
        bool isChallenged = false;
        using var channel = new Script(request =>
        {
            byte[] answer = StunServerStub.Error(request, isChallenged ? code : 401, Challenge);
            isChallenged = true;
            return answer;
        });
        await FailsAsync(new StunConversation(channel).AllocateAsync(User), said);
    }

    [Fact]
    public async Task Other_servers_are_recognised()
    {
        using var stun = new Script(request => StunServerStub.Error(request, 400));
        await FailsAsync(new StunConversation(stun).BindAsync(), "Binding is refused with error 400");
        await FailsAsync(new StunConversation(stun).AllocateAsync(User), "STUN works, but not TURN");
        using var open = new Script(request => StunServerStub.Mapped(request, Address));
        await FailsAsync(new StunConversation(open).AllocateAsync(User), "STUN works, but not TURN");
    }

    [Fact]
    public void An_answer_has_the_requests_transaction()
    {
        byte[] request = StunMessages.Binding();
        Assert.True(StunConversation.IsAnswer(request, StunServerStub.Mapped(request, Address)));
        Assert.True(StunConversation.IsAnswer(request, StunServerStub.Error(request, 401)));
        Assert.False(StunConversation.IsAnswer(request, request));
        Assert.False(StunConversation.IsAnswer(request, StunServerStub.Mapped([.. request[..19], 99], Address)));
        Assert.False(StunConversation.IsAnswer(request, [1, 2, 3]));
    }

    private static async Task FailsAsync(Task task, string said) =>
        Assert.Contains(said, (await Assert.ThrowsAsync<ProbeException>(() => task)).Message, StringComparison.Ordinal);

    private sealed class Script(Func<byte[], byte[]> answer) : IProbeChannel
    {
        public IPEndPoint Local => new(IPAddress.Loopback, 1);

        public Task<byte[]> AskAsync(byte[] request) => Task.FromResult(answer(request));

        public void Dispose()
        {
        }
    }
}
