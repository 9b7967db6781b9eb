using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>What <see cref="TurnResponder"/> says to those who have proven nothing.</summary>
public class TurnResponderTests
{
    private static readonly TransportAddress Address = TurnRig.At("192.0.2.1:5000");

    private readonly TurnRig _rig = new();

    private TurnTestClient Client => field ??= new TurnTestClient(_rig, Address);

    [Fact]
    public void The_shortest_allocate_gets_a_short_challenge()
    {
        byte[] request = Client.Build(StunMethod.Allocate, TurnTestClient.Udp, isSigned: false);
        Assert.Equal(28, request.Length);
        TurnSent answer = Client.Send(request);
        Assert.Equal(TurnNonce.ShortBytes, answer.Get(StunAttributeType.Nonce)!.Length);
        Assert.Null(answer.Get(StunAttributeType.PasswordAlgorithms));
        Assert.True(answer.Bytes.Length + 28 <= 1.6 * (request.Length + 28));
    }

    [Fact]
    public void A_longer_question_gets_all_that_is_offered()
    {
        byte[] request = Long(40);
        TurnSent answer = Client.Send(request);
        Assert.Equal(TurnNonce.Bytes, answer.Get(StunAttributeType.Nonce)!.Length);
        Assert.Equal(PasswordAlgorithms.Offered.ToArray(), answer.Get(StunAttributeType.PasswordAlgorithms));
        Assert.True(answer.Bytes.Length <= 1.6 * request.Length);
    }

    [Fact]
    public void All_that_is_offered_is_told_as_soon_as_it_fits()
    {
        for (int padding = 0; padding < 60; padding += 4)
        {
            byte[] request = Long(padding);
            bool isWhole = Client.Send(request).Get(StunAttributeType.PasswordAlgorithms) is not null;
            // Header, ERROR-CODE, REALM of 5 bytes, NONCE, PASSWORD-ALGORITHMS.
            Assert.Equal(20 + 8 + 12 + 24 + 12 <= 1.6 * request.Length, isWhole);
        }
    }

    [Theory]
    [InlineData("192.0.2.1:5000")]
    [InlineData("[2001:db8::1]:5000")]
    public void No_answer_is_longer_than_1_6_times_the_question_on_the_wire(string from)
    {
        TransportAddress address = TurnRig.At(from);
        int headers = address.IsIPv4 ? 28 : 48;
        for (int padding = 0; padding < 120; padding += 4)
        {
            foreach (StunMethod method in new[] { StunMethod.Binding, StunMethod.Allocate, StunMethod.Refresh })
            {
                byte[] request = Client.Build(method, Padding(padding), isSigned: false);
                DropReason reason = _rig.Handle(request, address);
                int length = _rig.Drain().SingleOrDefault()?.Bytes.Length ?? 0;
                Assert.True(length + headers <= 1.6 * (request.Length + headers));

                // A header alone asks for nothing that could be granted; no challenge is short enough for it over IPv4.
                bool isTooShort = padding == 0 && address.IsIPv4 && method != StunMethod.Binding;
                Assert.Equal(isTooShort ? DropReason.TurnUnanswered : DropReason.None, reason);
            }
        }
    }

    [Fact]
    public void Over_a_stream_the_source_is_known_to_be_there()
    {
        Client.Address = VirtualAddress.Of(VirtualAddressKind.Stream, 1, 1);
        TurnSent answer = Client.Send(Client.Build(StunMethod.Allocate, TurnTestClient.Udp, isSigned: false));
        Assert.NotNull(answer.Get(StunAttributeType.PasswordAlgorithms));
    }

    [Fact]
    public void A_prefix_gets_its_share_of_answers_and_no_more()
    {
        var rig = new TurnRig(TurnRig.Options with { AnswersPerSecond = 10, AnswersBurst = 20 });
        byte[] binding = Client.Build(StunMethod.Binding, TurnTestClient.Nothing, isSigned: false);
        byte[] allocate = Client.Build(StunMethod.Allocate, TurnTestClient.Udp, isSigned: false);
        int silent = 0;
        for (int i = 0; i < 100; i++)
        {
            DropReason reason = rig.Handle(i % 2 == 0 ? binding : allocate, TurnRig.At($"192.0.2.{i}:5000"));
            silent += reason == DropReason.TurnUnanswered ? 1 : 0;
        }

        Assert.Equal(80, silent);
        Assert.Equal(80, rig.Server.Counters.Refused(TurnRefusal.AnswerBudget));
        Assert.Equal(20, rig.Drain().Count);
        Assert.Equal(DropReason.None, rig.Handle(binding, TurnRig.At("203.0.113.1:5000")));
        rig.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(DropReason.None, rig.Handle(binding, TurnRig.At("192.0.2.1:5000")));
    }

    [Fact]
    public void Forged_datagrams_do_not_silence_the_streams_of_a_prefix()
    {
        var rig = new TurnRig(TurnRig.Options with { AnswersPerSecond = 10, AnswersBurst = 20 });
        byte[] allocate = Client.Build(StunMethod.Allocate, TurnTestClient.Udp, isSigned: false);
        for (int i = 0; i < 100; i++)
        {
            rig.Handle(allocate, Address);
        }

        TransportAddress stream = VirtualAddress.Of(VirtualAddressKind.Stream, 1, 1);
        int answers = 0;
        for (int i = 0; i < 100; i++)
        {
            DropReason reason = rig.Server.HandleClient((byte[])allocate.Clone(), stream, Address, rig.Now, out _);
            answers += reason == DropReason.None ? 1 : 0;
        }

        // Streams have a share of their own: it slows down whoever guesses passwords.
        Assert.Equal(20, answers);
    }

    [Fact]
    public void A_flood_of_authenticated_requests_is_not_limited_by_prefix()
    {
        var rig = new TurnRig(TurnRig.Options with { AnswersPerSecond = 1, AnswersBurst = 2 });
        var client = new TurnTestClient(rig, Address);
        client.Allocate();
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(0, client.Refresh(600).Error);
        }
    }

    [Fact]
    public void A_fingerprint_is_answered_with_one()
    {
        byte[] request = Client.Build(StunMethod.Binding, (ref w) => w.AddFingerprint(), isSigned: false);
        Assert.True(Client.Send(request).Stun.HasFingerprint);
        Assert.False(Client.Send(Client.Build(StunMethod.Binding, TurnTestClient.Nothing, isSigned: false)).Stun.HasFingerprint);
    }

    [Fact]
    public void A_realm_that_would_make_every_challenge_too_long_is_a_mistake()
    {
        var pool = new PacketPool(1);
        var random = new SeededRandomSource(1);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => new TurnServer(
            TurnRig.Options,
            pool,
            new TransmitQueue(pool, 1),
            new TurnCredentials("relay.example.org", [], ["secret"]),
            new TurnNonce(TimeSpan.FromHours(1), random),
            new PeerPolicy(new PeerPolicyOptions()),
            null,
            random));
        Assert.Contains("realm", error.Message, StringComparison.Ordinal);
    }

    private static AddAttributes Padding(int bytes) => (ref writer) =>
    {
        if (bytes >= 4)
        {
            writer.AddAttribute(StunAttributeType.Software, new byte[bytes - 4]);
        }
    };

    private byte[] Long(int padding) => Client.Build(
        StunMethod.Allocate,
        (ref writer) =>
        {
            TurnTestClient.Udp(ref writer);
            writer.AddAttribute(StunAttributeType.Software, new byte[padding]);
        },
        isSigned: false);
}
