using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Core.Srtp;

namespace Relay.Simulation;

/// <summary>Peers without ICE and DTLS: the keys that a handshake would have made are given.</summary>
internal static class PlainPeers
{
    /// <summary>Opens a plain leg whose peer is where the relay knows, or has to be learned from its packets.</summary>
    public static SimulatedPeer AddPlain(
        this SimulatedRelay relay,
        byte number,
        bool isLearned = false,
        TimeSpan timeout = default,
        SimulatedMedia? media = null)
    {
        var peer = new SimulatedPeer(relay, number, 1, number, media: media);
        relay.Add(peer);
        relay.Command(Command.OpenPlain(peer.Id, PlainParameters(relay, peer, number, isLearned ? default : peer.Address, timeout)));
        return peer;
    }

    public static TransportParameters PlainParameters(
        SimulatedRelay relay, SimulatedPeer peer, byte seed, TransportAddress remote, TimeSpan timeout = default)
    {
        TransportParameters parameters = peer.CreateParameters();
        var keys = new SrtpKeyingMaterial(relay.Profile, ScriptedDtls.KeyingMaterial(relay.Profile, seed), isDtlsServer: true);
        parameters.Plain = new PlainParameters { Profile = relay.Profile, Remote = remote, Timeout = timeout };
        if (!SrtpMasterKey.TryCreate(relay.Profile, [.. keys.OutboundKey, .. keys.OutboundSalt], out parameters.Plain.LocalKey)
            || !SrtpMasterKey.TryCreate(relay.Profile, [.. keys.InboundKey, .. keys.InboundSalt], out parameters.Plain.RemoteKey))
        {
            throw new InvalidOperationException("The keys do not fit the profile.");
        }

        return parameters;
    }

    /// <summary>The sink hears the source.</summary>
    public static void Consume(this SimulatedRelay relay, SimulatedPeer sink, SimulatedPeer source) =>
        relay.Command(Command.Consume(sink.Id, source.Id, withAudio: true, withVideo: true));
}
