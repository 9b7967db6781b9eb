using Relay.Core.Srtp;
using Relay.Simulation;

namespace Relay.Bench;

/// <summary>The keys of both ends of one leg.</summary>
internal static class SrtpLegs
{
    public static SrtpKeyingMaterial Create(SrtpProfile profile, bool isRelay) =>
        new(profile, ScriptedDtls.KeyingMaterial(profile, seed: 1), isDtlsServer: isRelay);
}
