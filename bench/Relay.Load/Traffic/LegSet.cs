using System.Security.Cryptography;
using Relay.Core.Srtp;

namespace Relay.Load.Traffic;

/// <summary>Who is there and who hears whom.</summary>
internal sealed record LegPlan
{
    /// <summary>Pairs, or rooms if there are listeners.</summary>
    public int Groups { get; init; } = 50;

    /// <summary>0: pairs in which both send. Above: rooms of one sender and so many listeners.</summary>
    public int Listeners { get; init; }

    /// <summary>Every leg gets back what it sent, as it was.</summary>
    public bool IsReflected { get; init; }

    public SrtpProfile Profile { get; init; } = SrtpProfile.AeadAes128Gcm;

    public MediaKind Kind { get; init; } = MediaKind.Video;

    public int LegsPerGroup => Listeners == 0 ? 2 : 1 + Listeners;
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
            byte[] fromLeg = LoadLeg.NewKey(plan.Profile);
            Keys[i] = new LegKeys(fromLeg, plan.IsReflected ? fromLeg : LoadLeg.NewKey(plan.Profile));
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
