using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Core.Tests.Ice;
using Relay.Core.Tests.Sfu;
using Xunit;

namespace Relay.Core.Tests.Engine;

/// <summary>What a <see cref="CommandHandler"/> does, seen through its engine. What legs then do is in Relay.Simulation.</summary>
public sealed class CommandHandlerTests : IDisposable
{
    private static readonly TransportId Leg = new(IceLeg.Slot, 1);
    private static readonly TransportId Gone = new(IceLeg.Slot, 2);

    private readonly PacketPool _pool = new(64, isChecked: true);
    private readonly IceLeg _client = new(start: false);
    private readonly RelayEngine _engine;
    private readonly Instant _now = new(TimeSpan.FromHours(1).Ticks);

    public CommandHandlerTests() => _engine = new RelayEngine(
        new EngineOptions { TransportsMax = 8 }, _pool, new ReceiveSlab(2, 8192), new FakeDtls(), new SeededRandomSource(1));

    public static TheoryData<CommandKind> Kinds =>
        [.. Enum.GetValues<CommandKind>().Where(k => k is not (CommandKind.Open or CommandKind.OpenPlain))];

    public void Dispose() => _engine.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_command_for_a_leg_that_is_gone_has_no_effect(CommandKind kind)
    {
        Open();
        Instant timeout = _engine.NextTimeout;
        foreach (TransportId id in new[] { Gone, new TransportId(5, 1) })
        {
            _engine.HandleCommand(new Command { Kind = kind, Transport = id, Other = Leg, Parameters = Parameters() }, _now);
        }

        Assert.Equal((1, timeout), (_engine.TransportCount, _engine.NextTimeout));
        Assert.False(_engine.TryDequeueEvent(out _));
        Assert.False(_engine.TryDequeueTransmit(out _));
    }

    [Fact]
    public void The_same_command_for_the_leg_that_is_there_closes_it()
    {
        Open();
        _engine.HandleCommand(Command.Close(Leg, CloseReason.Requested), _now);
        Assert.Equal(0, _engine.TransportCount);
        Assert.True(_engine.TryDequeueEvent(out EngineEvent told));
        Assert.Equal((EngineEventKind.Closed, Leg, CloseReason.Requested), (told.Kind, told.Transport, told.Reason));
    }

    private TransportParameters Parameters() => new() { LocalIce = _client.Local, RemoteUfrag = _client.Remote };

    private void Open() => _engine.HandleCommand(Command.Open(Leg, Parameters()), _now);
}
