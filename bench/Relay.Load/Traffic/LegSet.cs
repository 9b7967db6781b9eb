using System.Security.Cryptography;
using Relay.Core.Srtp;

namespace Relay.Load.Traffic;

/// <summary>Which way pairs take through a TURN server.</summary>
internal enum TurnPath
{
    None,

    /// <summary>From one's allocation to the other's, untouched: nobody but the two has keys.</summary>
    BetweenAllocations,

    /// <summary>Each through its allocation to the relay's media port.</summary>
    ToMedia,

    /// <summary>The same for every other pair; those between have no allocation.</summary>
    HalfToMedia,
}

/// <summary>Who is there and who hears whom.</summary>
internal sealed record LegPlan
{
    /// <summary>Pairs, or rooms if there are listeners.</summary>
    public int Groups { get; init; } = 50;

    /// <summary>0: pairs in which both send. Above: rooms of one sender and so many listeners.</summary>
    public int Listeners { get; init; }

    /// <summary>Every leg gets back what it sent, as it was.</summary>
    public bool IsReflected { get; init; }

    /// <summary>Only for pairs.</summary>
    public TurnPath Turn { get; init; }

    public SrtpProfile Profile { get; init; } = SrtpProfile.AeadAes128Gcm;

    public MediaKind Kind { get; init; } = MediaKind.Video;

    public int LegsPerGroup => Listeners == 0 ? 2 : 1 + Listeners;

    /// <summary>Whether leg <paramref name="index"/> has an allocation.</summary>
    public bool IsBehindTurn(int index) => Turn switch
    {
        TurnPath.None => false,
        TurnPath.HalfToMedia => index / LegsPerGroup % 2 == 0,
        _ => true,
    };
}

/// <summary>Master key and salt of each direction of a leg.</summary>
internal readonly record struct LegKeys(byte[] FromLeg, byte[] ToLeg);

/// <summary>The legs of one server, their keys and the socket that they share.</summary>
internal sealed class LegSet : IDisposable
{
    public LegSet(LegPlan plan)
    {
        Plan = plan;
        LoadLeg[] legs = new LoadLeg[plan.Groups * plan.LegsPerGroup];
        Keys = new LegKeys[legs.Length];
        for (int i = 0; i < legs.Length; i++)
        {
            Keys[i] = new LegKeys(LoadLeg.NewKey(plan.Profile), LoadLeg.NewKey(plan.Profile));
        }

        for (int i = 0; i < legs.Length; i++)
        {
            // What nobody between opens is still sealed as it was.
            Keys[i] = plan.IsReflected ? Keys[i] with { ToLeg = Keys[i].FromLeg }
                : plan.Turn == TurnPath.BetweenAllocations ? Keys[i] with { ToLeg = Keys[i ^ 1].FromLeg }
                : Keys[i];
            int key = SrtpProfiles.KeyLength(plan.Profile);
            legs[i] = new LoadLeg(i, LoadLeg.AddressOf(i))
            {
                Outbound = new SrtpOutbound(plan.Profile, Keys[i].FromLeg.AsSpan(0, key), Keys[i].FromLeg.AsSpan(key)),
                Inbound = new SrtpInbound(plan.Profile, Keys[i].ToLeg.AsSpan(0, key), Keys[i].ToLeg.AsSpan(key)),
                Ssrc = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue),
                PayloadType = plan.Kind == MediaKind.Video ? MediaPackets.VideoPayloadType : MediaPackets.AudioPayloadType,
            };
        }

        for (int i = 0; i < legs.Length; i++)
        {
            int first = i / plan.LegsPerGroup * plan.LegsPerGroup;
            bool isPair = plan.Listeners == 0;
            legs[i].Sends = isPair || i == first;
            legs[i].Source = plan.IsReflected ? legs[i] : isPair ? legs[i ^ 1] : i == first ? null : legs[first];
            legs[i].Listeners = isPair ? 1 : i == first ? plan.Listeners : 0;
        }

        Legs = legs;
        Socket = new LoadSocket();
        Run = new TrafficRun(Socket, legs);
    }

    public LegPlan Plan { get; }

    public IReadOnlyList<LoadLeg> Legs { get; }

    public LegKeys[] Keys { get; }

    public LoadSocket Socket { get; }

    public TrafficRun Run { get; }

    public void Dispose()
    {
        Socket.Dispose();
        foreach (LoadLeg leg in Legs)
        {
            leg.Dispose();
        }
    }
}
