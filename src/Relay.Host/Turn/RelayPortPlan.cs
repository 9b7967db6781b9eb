using Relay.Host.Configuration;

namespace Relay.Host.Turn;

/// <summary>How many relay ports each worker opens: descriptors are one limit, the range that all workers draw from another.</summary>
/// <param name="Own">Ports that one allocation has alone, of both families together.</param>
/// <param name="Shared">Ports of each family that allocations share.</param>
internal readonly record struct RelayPortPlan(int Own, int Shared)
{
    // A quarter of the range is for sharing, if that is wanted; it is also what makes a free port easy to find.
    private const int SharedPart = 4;

    public static RelayPortPlan Of(TurnServiceOptions turn, int workers)
    {
        int range = turn.RelayPortMax - turn.RelayPortMin + 1;
        if (!turn.ReachesPublicPeers)
        {
            // Names, not sockets: each worker has the whole range, and they cost nothing.
            return new RelayPortPlan(range, Math.Min(turn.SharedPortsPerWorker, range / SharedPart));
        }

        int shared = Math.Min(turn.SharedPortsPerWorker, range / (SharedPart * workers));
        int own = turn.SharedPortsPerWorker == 0 ? range : (range - (range / SharedPart)) / workers;
        return new RelayPortPlan(Math.Min(turn.OwnPortsPerWorker, own), shared);
    }
}
