using Relay.Core.Diagnostics;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>
/// ConnectionBind (RFC 6062 section 5.4): the stream that it comes on and a peer's connection are one from its success on.
/// </summary>
internal sealed class ConnectionBindRequest(PeerConnectionTable connections, IPeerConnections sockets, TurnResponder responder)
{
    public DropReason Handle(in TurnRequest request)
    {
        if (!request.IsStream || request.Allocation is not null
            || !request.Message.TryGetUInt32(StunAttributeType.ConnectionId, out uint id)
            || connections.Find(id) is not { State: PeerConnectionState.Unbound } connection)
        {
            return responder.Refuse(request, TurnRefusal.BadRequest);
        }

        if (connection.Allocation.User != request.User)
        {
            return responder.Refuse(request, TurnRefusal.WrongCredentials);
        }

        if (!sockets.TryBind(id, request.Client))
        {
            connections.Close(connection);
            return responder.Refuse(request, TurnRefusal.BadRequest);
        }

        connections.SetBound(connection);
        return responder.Succeed(request);
    }
}
