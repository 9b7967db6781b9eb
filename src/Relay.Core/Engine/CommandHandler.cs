using Relay.Core.Dtls;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Core.Turn;

namespace Relay.Core.Engine;

/// <summary>Carries out what the control plane asks of an engine. Used by one thread.</summary>
internal sealed class CommandHandler
{
    private readonly IceOptions _ice;
    private readonly SfuContext _context;
    private readonly TransportTable _transports;
    private readonly IDtlsAssociationFactory _dtls;
    private readonly TurnServer? _turn;

    /// <param name="ice">Limits.</param>
    /// <param name="context">What all sessions share.</param>
    /// <param name="transports">Where transports are opened and closed.</param>
    /// <param name="dtls">Makes DTLS associations.</param>
    /// <param name="turn">The TURN server; null for none.</param>
    public CommandHandler(
        IceOptions ice, SfuContext context, TransportTable transports, IDtlsAssociationFactory dtls, TurnServer? turn)
    {
        _ice = ice;
        _context = context;
        _transports = transports;
        _dtls = dtls;
        _turn = turn;
    }

    /// <summary>Carries out one command; see <see cref="CommandKind"/>.</summary>
    public void Handle(in Command command, Instant now)
    {
        switch (command.Kind)
        {
            case CommandKind.Open:
                _transports.RequireFree(command.Transport);
                _transports.Open(command.Transport, CreateTransport(command.Transport.Slot, command.Parameters, now));
                break;

            case CommandKind.OpenPlain:
                _transports.RequireFree(command.Transport);
                var plain = new PlainTransport(_context, command.Transport.Slot, command.Parameters, now);
                _transports.OpenPlain(command.Transport, plain, command.Parameters.Plain.Remote);
                break;

            case CommandKind.RestartIce when _transports.Find(command.Transport) is WebRtcTransport transport:
                transport.HandleIceRestart(command.Parameters.LocalIce, command.Parameters.RemoteUfrag, now);
                _transports.Settle(command.Transport.Slot);
                break;

            case CommandKind.Connect when _transports.Find(command.Transport) is { } first && _transports.Find(command.Other) is { } second:
                Router.Connect(first.Session, second.Session, command.WithVideo);
                break;

            case CommandKind.Disconnect when _transports.Find(command.Transport) is { } transport:
                Router.Disconnect(transport.Session);
                break;

            case CommandKind.Consume when _transports.Find(command.Transport) is { } sink && _transports.Find(command.Other) is { } source:
                Router.Consume(sink.Session, source.Session, command.WithAudio, command.WithVideo);
                break;

            case CommandKind.StopConsuming when _transports.Find(command.Transport) is { } sink && _transports.Find(command.Other) is { } source:
                Router.StopConsuming(sink.Session, source.Session, command.WithAudio, command.WithVideo);
                break;

            case CommandKind.StartDraining:
                _turn?.StartDraining(now + command.Within);
                break;

            case CommandKind.Close when _transports.Find(command.Transport) is not null:
                _transports.Close(command.Transport.Slot, command.Reason);
                break;

            default:
                // The transport ended before the command came: there is nothing to do, and its Closed event tells.
                break;
        }
    }

    private WebRtcTransport CreateTransport(int slot, in TransportParameters parameters, Instant now) =>
        new(_context, slot, parameters, _dtls.Create(parameters.RemoteFingerprint, slot), _ice, now);
}
