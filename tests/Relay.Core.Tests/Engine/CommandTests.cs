using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Ice;
using Relay.Core.Sfu;
using Relay.Core.Tests.Ice;
using Xunit;

namespace Relay.Core.Tests.Engine;

public sealed class CommandTests
{
    private static readonly TransportId First = new(3, 9);
    private static readonly TransportId Second = new(4, 8);

    [Fact]
    public void Each_command_carries_what_it_needs()
    {
        Command open = Command.Open(First, new TransportParameters { Cname = new InlineText("c"u8) });
        Assert.Equal((CommandKind.Open, First, "c"), (open.Kind, open.Transport, Text(open.Parameters.Cname)));

        Command connect = Command.Connect(First, Second, withVideo: true);
        Assert.Equal((CommandKind.Connect, First, Second, true), (connect.Kind, connect.Transport, connect.Other, connect.WithVideo));

        Command disconnect = Command.Disconnect(Second);
        Assert.Equal((CommandKind.Disconnect, Second), (disconnect.Kind, disconnect.Transport));

        Command plain = Command.OpenPlain(First, new TransportParameters { Cname = new InlineText("c"u8) });
        Assert.Equal((CommandKind.OpenPlain, First, "c"), (plain.Kind, plain.Transport, Text(plain.Parameters.Cname)));

        Command consume = Command.Consume(First, Second, withAudio: true, withVideo: false);
        Assert.Equal((CommandKind.Consume, First, Second), (consume.Kind, consume.Transport, consume.Other));
        Assert.Equal((true, false), (consume.WithAudio, consume.WithVideo));

        Command stop = Command.StopConsuming(First, Second, withAudio: false, withVideo: true);
        Assert.Equal((CommandKind.StopConsuming, First, Second), (stop.Kind, stop.Transport, stop.Other));
        Assert.Equal((false, true), (stop.WithAudio, stop.WithVideo));

        Command close = Command.Close(First, CloseReason.Draining);
        Assert.Equal((CommandKind.Close, First, CloseReason.Draining), (close.Kind, close.Transport, close.Reason));

        Command drain = Command.StartDraining(TimeSpan.FromSeconds(5));
        Assert.Equal((CommandKind.StartDraining, TimeSpan.FromSeconds(5)), (drain.Kind, drain.Within));
        Assert.Equal(CommandKind.None, default(Command).Kind);
    }

    [Fact]
    public void A_restart_carries_the_credentials_of_both_sides()
    {
        IceCredentials local = IceCredentials.Generate(5, new SeededRandomSource(1));
        Assert.True(IceRemoteUfrag.TryCreate("abcd", out IceRemoteUfrag remote));
        Command restart = Command.RestartIce(First, local, remote);
        Assert.Equal((CommandKind.RestartIce, First), (restart.Kind, restart.Transport));
        Assert.Equal(local.Ufrag, restart.Parameters.LocalIce.Ufrag);
        Assert.Equal(remote.Value, restart.Parameters.RemoteUfrag.Value);
    }

    private static string Text(InlineText text) => System.Text.Encoding.ASCII.GetString(text.Value);
}
