using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary><see cref="AllocationTable"/>, through the server.</summary>
public class AllocationTableTests
{
    [Fact]
    public void Whatever_clients_do_all_is_counted_and_given_back_in_the_end()
    {
        TurnOptions options = TurnRig.Options with
        {
            RelayPortMax = 50_031,
            AllocationsMax = 24,
            ReservationsMax = 3,
            AllocationsPerUserMax = 16,
        };
        var rig = new TurnRig(options, PeerMode.Public);
        rig.Taken.Add(50_010);
        var random = new Random(5);
        TurnTestClient[] clients = [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0
            ? new TurnTestClient(rig, From(i))
            : new TurnTestClient(rig, From(i), "bob", "b secret"))];
        Dictionary<TurnTestClient, byte[]> tickets = [];
        int most = 0;
        for (int step = 0; step < 4000; step++)
        {
            TurnTestClient client = clients[random.Next(clients.Length)];
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    TurnSent answer = client.Ask(StunMethod.Allocate, Wish(random));
                    if (answer.IsSuccess && answer.Get(StunAttributeType.MobilityTicket) is { } given)
                    {
                        tickets[client] = given;
                    }

                    break;
                case 3:
                    client.Refresh(0);
                    break;
                case 4 when tickets.Remove(client, out byte[]? ticket):
                    TransportAddress before = client.Address;
                    client.Address = From(1000 + step);
                    TurnSent moved = client.Refresh(600, (ref w) => w.AddAttribute(StunAttributeType.MobilityTicket, ticket));
                    client.Address = moved.IsSuccess ? client.Address : before;
                    break;
                case 5:
                    client.Permit(TurnRig.World);
                    break;
                case 6:
                    client.Bind((ushort)(0x4000 + random.Next(4)), TurnRig.World with { Port = (ushort)(1 + random.Next(4)) });
                    break;
                default:
                    rig.Advance(TimeSpan.FromSeconds(random.Next(20)));
                    break;
            }

            most = Math.Max(most, rig.Server.AllocationCount);
            Assert.Equal(rig.Server.AllocationCount, rig.Server.Counters.Allocations);
            Assert.InRange(rig.Server.AllocationCount, 0, options.AllocationsMax);
            Assert.True(rig.Open.Count <= (2 * rig.Server.AllocationCount) + options.ReservationsMax);
            Assert.True(rig.Open.Count >= rig.Server.AllocationCount);
        }

        Assert.InRange(most, 12, options.AllocationsMax);
        rig.Advance(TimeSpan.FromHours(2));
        Assert.Equal(0, rig.Server.AllocationCount);
        Assert.Empty(rig.Open);
        Assert.Equal(Instant.Never, rig.Server.NextTimeout);
        for (int i = 0; i < options.AllocationsPerUserMax; i++)
        {
            new TurnTestClient(rig, From(5000 + i)).Allocate();
        }
    }

    private static TransportAddress From(int i) => TransportAddress.FromIPv4(0xCB007100 + (uint)(i % 7), (ushort)(1000 + i));

    private static AddAttributes Wish(Random random)
    {
        int kind = random.Next(6);
        return (ref writer) =>
        {
            TurnTestClient.Udp(ref writer);
            switch (kind)
            {
                case 0:
                    writer.AddAttribute(StunAttributeType.EvenPort, [0x80]);
                    break;
                case 1:
                    writer.AddAttribute(StunAttributeType.AdditionalAddressFamily, [2, 0, 0, 0]);
                    break;
                case 2:
                    writer.AddAttribute(StunAttributeType.RequestedAddressFamily, [2, 0, 0, 0]);
                    break;
                case 3 or 4:
                    writer.AddAttribute(StunAttributeType.MobilityTicket, []);
                    break;
                default:
                    break;
            }
        };
    }
}
