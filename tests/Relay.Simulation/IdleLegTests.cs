using Relay.Core.Engine;
using Relay.Core.Primitives;
using Xunit;

namespace Relay.Simulation;

/// <summary>What a leg costs that is connected and sends nothing, or only voice.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class IdleLegTests(ITestOutputHelper output)
{
    private const int Legs = 1000;

    /// <summary>An OpenSSL context lives outside the managed heap; what is counted here is the relay's own.</summary>
    private const int BytesMax = 16_000;

    [Fact]
    public void An_idle_leg_takes_no_memory_for_video_that_it_does_not_send()
    {
        using var relay = new SimulatedRelay(options: new EngineOptions { TransportsMax = Legs }, poolSlots: 512);
        long before = relay.EngineAllocatedBytes;
        List<SimulatedPeer> peers = Connect(relay);
        long idle = (relay.EngineAllocatedBytes - before) / Legs;

        for (int i = 0; i < Legs; i += 2)
        {
            relay.Command(Command.Connect(peers[i].Id, peers[i + 1].Id, withVideo: true));
        }

        foreach (SimulatedPeer peer in peers)
        {
            peer.SendAudio();
            relay.Run(TimeSpan.FromMilliseconds(2));
        }

        long voice = (relay.EngineAllocatedBytes - before) / Legs;
        output.WriteLine($"idle leg: {idle} bytes, with voice: {voice} bytes of managed memory");
        Assert.InRange(voice, idle, BytesMax);
        foreach (SimulatedPeer peer in peers)
        {
            peer.Dispose();
        }
    }

    private static List<SimulatedPeer> Connect(SimulatedRelay relay)
    {
        List<SimulatedPeer> peers = [];
        for (int i = 0; i < Legs; i++)
        {
            var peer = new SimulatedPeer(relay, i, 1, 1)
            {
                Address = TransportAddress.FromIPv4(0x0a01_0000u + (uint)i, 20_000),
            };
            peers.Add(peer);
            relay.Add(peer);
            relay.Command(Command.Open(peer.Id, peer.CreateParameters()));
            peer.SendBinding();
            relay.Run(TimeSpan.FromMilliseconds(2));
            relay.FromPeer(peer, ScriptedDtls.Hello);
            relay.Run(TimeSpan.FromMilliseconds(3));
        }

        return peers;
    }
}
