using System.Buffers.Binary;
using System.Globalization;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public sealed class BehaviorDiscoveryTests
{
    private static readonly Instant Now = new(TimeSpan.TicksPerHour);
    private static readonly byte[] TransactionId = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    private static readonly string[] Addresses = ["192.0.2.1:3478", "192.0.2.1:3479", "192.0.2.2:3478", "192.0.2.2:3479"];
    private static readonly TransportAddress Source = TurnRig.At("198.51.100.7:5000");

    private readonly byte[] _answer = new byte[StunMessageReader.MaxMessageBytes];
    private readonly BehaviorDiscovery _discovery = Create(1000);

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 2, 1)]
    [InlineData(0, 4, 2)]
    [InlineData(0, 6, 3)]
    [InlineData(1, 2, 0)]
    [InlineData(2, 4, 0)]
    [InlineData(3, 6, 0)]
    [InlineData(3, 2, 2)]
    public void The_answer_leaves_by_the_socket_that_was_asked_for_and_names_the_one_opposite(int socket, uint change, int from)
    {
        byte[] request = Build((ref writer) => writer.AddUInt32(StunAttributeType.ChangeRequest, change));

        Assert.Equal(DropReason.None, Ask(request, socket, Source, out DiscoveryAnswer answer));

        StunMessageReader message = Read(answer);
        Assert.Equal((from, Source.Port), (answer.Socket, answer.Port));
        Assert.Equal(StunClass.SuccessResponse, message.Class);
        Assert.True(message.TryGetXorMappedAddress(out TransportAddress mapped) && mapped == Source);
        Assert.True(message.TryGetAddress(StunAttributeType.ResponseOrigin, out TransportAddress origin));
        Assert.Equal(TurnRig.At(Addresses[from]), origin);
        Assert.True(message.TryGetAddress(StunAttributeType.OtherAddress, out TransportAddress other));
        Assert.Equal(TurnRig.At(Addresses[3 - socket]), other);
    }

    [Fact]
    public void The_shortest_question_is_told_the_other_address()
    {
        byte[] request = Build(TurnTestClient.Nothing);
        Assert.Equal(StunMessageReader.HeaderBytes, request.Length);
        Assert.Equal(DropReason.None, Ask(request, 0, Source, out DiscoveryAnswer answer));
        Assert.True(Read(answer).TryGetAddress(StunAttributeType.OtherAddress, out _));
        Assert.False(Read(answer).TryGetAddress(StunAttributeType.ResponseOrigin, out _));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(2)]
    public void An_answer_goes_to_the_port_that_the_client_names(int valueBytes)
    {
        byte[] value = new byte[valueBytes];
        BinaryPrimitives.WriteUInt16BigEndian(value, 7000);
        byte[] request = Build((ref writer) => writer.AddAttribute(StunAttributeType.ResponsePort, value));

        Assert.Equal(DropReason.None, Ask(request, 1, Source, out DiscoveryAnswer answer));

        Assert.Equal((1, 7000), (answer.Socket, answer.Port));
        Assert.True(Read(answer).TryGetXorMappedAddress(out TransportAddress mapped) && mapped == Source);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    [InlineData(1500)]
    [InlineData(1996)]
    public void Padding_is_answered_with_padding_and_no_more_bytes(int bytes)
    {
        foreach (bool withFingerprint in new[] { false, true })
        {
            byte[] request = Build((ref writer) => writer.AddAttribute(StunAttributeType.Padding, new byte[bytes]), withFingerprint);
            Assert.Equal(DropReason.None, Ask(request, 0, Source, out DiscoveryAnswer answer));
            Assert.Equal(bytes > 0, Read(answer).TryGetAttribute(StunAttributeType.Padding, out ReadOnlySpan<byte> padding));
            Assert.False(padding.ContainsAnyExcept((byte)0));
            if (bytes > 0)
            {
                Assert.Equal(request.Length, answer.Length);
                Assert.Equal(withFingerprint, Read(answer).HasFingerprint);
            }
        }
    }

    [Theory]
    [InlineData(StunAttributeType.ChangeRequest, "0000")]
    [InlineData(StunAttributeType.ChangeRequest, "")]
    [InlineData(StunAttributeType.ResponsePort, "00000000")]
    [InlineData(StunAttributeType.ResponsePort, "1b")]
    [InlineData(StunAttributeType.ResponsePort, "1b5800000000")]
    public void What_is_malformed_gets_400_from_where_it_was_sent_to(ushort type, string value)
    {
        byte[] request = Build((ref writer) => writer.AddAttribute(type, Convert.FromHexString(value)));
        Assert.Equal(DropReason.None, Ask(request, 2, Source, out DiscoveryAnswer answer));
        AssertError(answer, StunErrorCode.BadRequest, 2);
    }

    [Fact]
    public void A_port_and_padding_together_get_400()
    {
        byte[] request = Build((ref writer) => _ = writer.AddUInt32(StunAttributeType.ResponsePort, 7000 << 16)
            && writer.AddAttribute(StunAttributeType.Padding, new byte[100]));
        Assert.Equal(DropReason.None, Ask(request, 0, Source, out DiscoveryAnswer answer));
        AssertError(answer, StunErrorCode.BadRequest, 0);
    }

    [Fact]
    public void What_is_unknown_gets_420_whatever_else_was_asked()
    {
        byte[] request = Build((ref writer) => _ = writer.AddUInt32(StunAttributeType.ChangeRequest, 6)
            && writer.AddAttribute(0x7F01, [1, 2, 3, 4]) && writer.AddAttribute(0xBF01, [1, 2, 3, 4]));
        Assert.Equal(DropReason.None, Ask(request, 1, Source, out DiscoveryAnswer answer));
        AssertError(answer, StunErrorCode.UnknownAttribute, 1);
        Assert.True(Read(answer).TryGetAttribute(StunAttributeType.UnknownAttributes, out ReadOnlySpan<byte> unknown));
        Assert.Equal("7F01", Convert.ToHexString(unknown));
    }

    [Theory]
    [InlineData("198.51.100.7:5000", "192.0.2.1:3478", "192.0.2.2:3479")]
    [InlineData("[2001:db8::7]:5000", "[2001:db8::1]:3478", "[2001:db8::2]:3479")]
    public void No_answer_is_longer_than_1_6_times_the_question_on_the_wire(string from, string primary, string alternate)
    {
        TransportAddress source = TurnRig.At(from);
        int headers = source.IsIPv4 ? 28 : 48;
        var discovery = new BehaviorDiscovery(TurnRig.At(primary), TurnRig.At(alternate), Budget(10_000));
        foreach (ushort type in (ushort[])[StunAttributeType.Padding, StunAttributeType.Software, 0x7F01, 0])
        {
            for (int bytes = 0; bytes < 160; bytes += 4)
            {
                foreach (bool withFingerprint in new[] { false, true })
                {
                    byte[] request = Build(
                        (ref writer) => _ = type != 0 && writer.AddAttribute(type, new byte[bytes]), withFingerprint);
                    Assert.Equal(DropReason.None, discovery.Handle(request, 0, source, _answer, out DiscoveryAnswer answer, Now));
                    Assert.True(answer.Length + headers <= 1.6 * (request.Length + headers));
                }
            }
        }
    }

    [Fact]
    public void Only_binding_requests_are_answered()
    {
        byte[] answered = Build(TurnTestClient.Nothing, messageClass: StunClass.SuccessResponse);
        Assert.Equal(DropReason.StunUnexpectedClass, Ask(answered, 0, Source, out DiscoveryAnswer answer));
        Assert.Equal(0, answer.Length);
        byte[] indication = Build(TurnTestClient.Nothing, messageClass: StunClass.Indication);
        Assert.Equal(DropReason.StunUnexpectedClass, Ask(indication, 0, Source, out _));
        byte[] allocate = Build(TurnTestClient.Udp, method: StunMethod.Allocate);
        Assert.Equal(DropReason.StunUnexpectedMethod, Ask(allocate, 0, Source, out _));
        Assert.Equal(DropReason.StunTruncated, Ask([0, 1], 0, Source, out _));
        byte[] binding = Build(TurnTestClient.Nothing);
        Assert.Equal(DropReason.TurnUnanswered, Ask(binding, 0, Source with { Port = 0 }, out _));
        Assert.Equal((1, 0), (_discovery.Requests, _discovery.Answers));
    }

    [Fact]
    public void A_prefix_gets_few_answers()
    {
        BehaviorDiscovery discovery = Create(burst: 3);
        byte[] request = Build(TurnTestClient.Nothing);
        int answers = 0;
        for (int i = 0; i < 10; i++)
        {
            TransportAddress neighbour = TurnRig.At(string.Create(CultureInfo.InvariantCulture, $"198.51.100.{i}:5000"));
            answers += discovery.Handle(request, i % 4, neighbour, _answer, out _, Now) == DropReason.None ? 1 : 0;
        }

        Assert.Equal(3, answers);
        Assert.Equal((10, 3), (discovery.Requests, discovery.Answers));
        TransportAddress elsewhere = TurnRig.At("203.0.113.1:5000");
        Assert.Equal(DropReason.None, discovery.Handle(request, 0, elsewhere, _answer, out _, Now));
    }

    [Fact]
    public void Answering_allocates_nothing()
    {
        byte[] request = Build((ref writer) => writer.AddUInt32(StunAttributeType.ChangeRequest, 6), withFingerprint: true);
        Ask(request, 0, Source, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Ask(request, 0, Source, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("192.0.2.1:3478", "192.0.2.1:3479")]
    [InlineData("192.0.2.1:3478", "192.0.2.2:3478")]
    [InlineData("192.0.2.1:3478", "[2001:db8::1]:3479")]
    public void Two_addresses_and_two_ports_are_needed(string primary, string alternate) => Assert.Throws<ArgumentException>(
        () => new BehaviorDiscovery(TurnRig.At(primary), TurnRig.At(alternate), Budget(1)));

    private static BehaviorDiscovery Create(int burst) => new(TurnRig.At(Addresses[0]), TurnRig.At(Addresses[3]), Budget(burst));

    private static PrefixBudget Budget(int burst) => new(64, 1, burst, new SeededRandomSource(1));

    private static byte[] Build(
        AddAttributes add,
        bool withFingerprint = false,
        StunMethod method = StunMethod.Binding,
        StunClass messageClass = StunClass.Request)
    {
        byte[] buffer = new byte[StunMessageReader.MaxMessageBytes];
        var writer = new StunMessageWriter(buffer);
        writer.WriteHeader(messageClass, method, TransactionId);
        add(ref writer);
        if (withFingerprint)
        {
            writer.AddFingerprint();
        }

        return buffer[..writer.Length];
    }

    private DropReason Ask(byte[] request, int socket, in TransportAddress source, out DiscoveryAnswer answer) =>
        _discovery.Handle(request, socket, source, _answer, out answer, Now);

    private StunMessageReader Read(in DiscoveryAnswer answer)
    {
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(_answer.AsSpan(0, answer.Length), out StunMessageReader message));
        Assert.Equal(StunMethod.Binding, message.Method);
        Assert.True(message.TransactionId.SequenceEqual(TransactionId));
        return message;
    }

    private void AssertError(in DiscoveryAnswer answer, int code, int socket)
    {
        StunMessageReader message = Read(answer);
        Assert.Equal(StunClass.ErrorResponse, message.Class);
        Assert.True(message.TryGetErrorCode(out int found));
        Assert.Equal((code, socket, Source.Port), (found, answer.Socket, answer.Port));
    }
}
