using Relay.Core.Diagnostics;
using Relay.Core.Ice;
using Relay.Core.Sfu;

namespace Relay.Core.Engine;

/// <summary>What the control plane can ask of an engine.</summary>
public enum CommandKind : byte
{
    None,

    /// <summary>Open a WebRTC transport in a free slot.</summary>
    Open,

    /// <summary>Open a plain transport, whose keys are given, in a free slot.</summary>
    OpenPlain,

    /// <summary>Give a WebRTC transport new ICE credentials.</summary>
    RestartIce,

    /// <summary>Forward between two transports, whoever they heard before.</summary>
    Connect,

    /// <summary>Stop forwarding to and from a transport.</summary>
    Disconnect,

    /// <summary>
    /// One transport hears another, which may have any number of hearers and may be the same; in place of whatever it heard
    /// of those kinds before.
    /// </summary>
    Consume,

    /// <summary>One transport no longer hears another.</summary>
    StopConsuming,

    /// <summary>End a transport.</summary>
    Close,

    /// <summary>Give out no more TURN allocations; those that there are live on until the time is up.</summary>
    StartDraining,
}

/// <summary>One command, a plain value. What names a transport that is gone has no effect.</summary>
public struct Command
{
    public CommandKind Kind;
    public TransportId Transport;

    /// <summary>
    /// For <see cref="CommandKind.Connect"/> the partner, for <see cref="CommandKind.Consume"/> and
    /// <see cref="CommandKind.StopConsuming"/> who is heard.
    /// </summary>
    public TransportId Other;

    /// <summary>For <see cref="CommandKind.Consume"/> and <see cref="CommandKind.StopConsuming"/>.</summary>
    public bool WithAudio;

    /// <summary>The same, and for <see cref="CommandKind.Connect"/>: video too, not audio alone.</summary>
    public bool WithVideo;

    /// <summary>For <see cref="CommandKind.Close"/>.</summary>
    public CloseReason Reason;

    /// <summary>For <see cref="CommandKind.StartDraining"/>: how long, from when the command is carried out.</summary>
    public TimeSpan Within;

    /// <summary>
    /// For <see cref="CommandKind.Open"/> and <see cref="CommandKind.OpenPlain"/> what each of them reads; for
    /// <see cref="CommandKind.RestartIce"/> the credentials of both sides.
    /// </summary>
    public TransportParameters Parameters;

    public static Command Open(TransportId transport, in TransportParameters parameters) =>
        new() { Kind = CommandKind.Open, Transport = transport, Parameters = parameters };

    public static Command OpenPlain(TransportId transport, in TransportParameters parameters) =>
        new() { Kind = CommandKind.OpenPlain, Transport = transport, Parameters = parameters };

    public static Command RestartIce(TransportId transport, in IceCredentials local, in IceRemoteUfrag remote) => new()
    {
        Kind = CommandKind.RestartIce,
        Transport = transport,
        Parameters = new TransportParameters { LocalIce = local, RemoteUfrag = remote },
    };

    public static Command Connect(TransportId transport, TransportId other, bool withVideo) =>
        new() { Kind = CommandKind.Connect, Transport = transport, Other = other, WithVideo = withVideo };

    public static Command Disconnect(TransportId transport) =>
        new() { Kind = CommandKind.Disconnect, Transport = transport };

    public static Command Consume(TransportId consumer, TransportId producer, bool withAudio, bool withVideo) => new()
    {
        Kind = CommandKind.Consume,
        Transport = consumer,
        Other = producer,
        WithAudio = withAudio,
        WithVideo = withVideo,
    };

    public static Command StopConsuming(TransportId consumer, TransportId producer, bool withAudio, bool withVideo) => new()
    {
        Kind = CommandKind.StopConsuming,
        Transport = consumer,
        Other = producer,
        WithAudio = withAudio,
        WithVideo = withVideo,
    };

    public static Command StartDraining(TimeSpan within) => new() { Kind = CommandKind.StartDraining, Within = within };

    public static Command Close(TransportId transport, CloseReason reason) =>
        new() { Kind = CommandKind.Close, Transport = transport, Reason = reason };
}
