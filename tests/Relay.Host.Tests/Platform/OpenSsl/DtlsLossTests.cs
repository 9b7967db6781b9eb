using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

/// <summary>Lost, repeated and reordered datagrams, on a clock that no test waits for.</summary>
public class DtlsLossTests
{
    // The honest exchange with an RSA certificate needs three or four datagrams from the client and two from the server.
    private const int LossesMax = 6;

    [Fact]
    public void A_loss_in_each_position_and_direction_is_repaired()
    {
        for (int client = -1; client < LossesMax; client++)
        {
            for (int server = -1; server < LossesMax; server++)
            {
                using DtlsPair pair = new(new DtlsPairSetup { ClientCertificate = TestCertificates.LargeRsaClient });
                (int lostOfClient, int lostOfServer) = (client, server);
                pair.ClientToServer = (datagram, index) => index == lostOfClient ? [] : [datagram];
                pair.ServerToClient = (datagram, index) => index == lostOfServer ? [] : [datagram];
                pair.Run();
                Assert.True(pair.IsConnected, $"client {client}, server {server}");
                pair.AssertSameKeys(56);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Several_transmissions_lost_in_a_row_are_repaired(int losses)
    {
        using DtlsPair pair = new();
        pair.ClientToServer = (datagram, index) => index < losses ? [] : [datagram];
        pair.ServerToClient = (datagram, index) => index < losses ? [] : [datagram];
        Assert.True(pair.Run().IsConnected);
    }

    [Fact]
    public void The_servers_last_flight_is_sent_again_when_the_client_repeats_its_own()
    {
        using DtlsPair pair = new();
        int lost = 0;
        pair.ServerToClient = (datagram, index) => index > 0 && lost++ < 3 ? [] : [datagram];
        pair.Run();
        Assert.True(pair.IsConnected);
        Assert.True(lost > 3);
        pair.AssertSameKeys(56);
    }

    [Fact]
    public void Everything_twice_and_a_late_repetition_of_everything_disturb_nothing()
    {
        using DtlsPair pair = new();
        pair.ClientToServer = (datagram, _) => [datagram, datagram];
        pair.ServerToClient = (datagram, _) => [datagram, datagram];
        Assert.True(pair.Run().IsConnected);

        foreach (byte[] datagram in pair.FromClient.ToArray())
        {
            pair.Server.HandleDatagram(datagram, pair.Now);
        }

        Assert.True(pair.Run().IsConnected);
        pair.AssertSameKeys(56);
    }

    [Fact]
    public void Random_loss_duplication_and_reordering_end_in_a_connection()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            using DtlsPair pair = new();
            pair.ClientToServer = Link([]);
            pair.ServerToClient = Link([]);
            Assert.True(pair.Run().IsConnected, $"seed {seed}");

            Func<byte[], int, IEnumerable<byte[]>> Link(List<byte[]> late) => (datagram, _) =>
            {
                byte[][] overtaken = [.. late];
                late.Clear();
                switch (random.Next(10))
                {
                    case 0 or 1:
                        return overtaken;
                    case 2:
                        return [datagram, datagram, .. overtaken];
                    case 3:
                        late.Add(datagram);
                        return overtaken;
                    default:
                        return [datagram, .. overtaken];
                }
            };
        }
    }

    [Fact]
    public void An_unanswered_flight_is_sent_again_at_doubling_intervals_until_the_deadline()
    {
        using DtlsPair pair = new();
        pair.FireTimers();
        pair.Server.HandleDatagram(DtlsPair.Drain(pair.Client)[0], pair.Now);
        Instant start = pair.Now;
        List<byte[]> first = DtlsPair.Drain(pair.Server);
        Assert.Single(first);

        List<double> times = [];
        HashSet<ulong> numbers = [.. Numbers(first)];
        int records = numbers.Count;
        while (pair.Server.NextTimeout != Instant.Never)
        {
            Instant due = pair.Server.NextTimeout;
            pair.Server.HandleTimeout(due - TimeSpan.FromTicks(1));
            Assert.Empty(DtlsPair.Drain(pair.Server));
            pair.Server.HandleTimeout(due);
            if (pair.Server.State == DtlsState.Closed)
            {
                Assert.Equal(TimeSpan.FromSeconds(15), due - start);
                break;
            }

            List<byte[]> again = DtlsPair.Drain(pair.Server);
            Assert.Single(again);
            numbers.UnionWith(Numbers(again));
            times.Add((due - start).TotalMilliseconds);
        }

        Assert.Equal([250, 750, 1750, 3750, 7750, 11750], times);

        // Fresh record numbers every time, so that the client does not take a repetition for a replay.
        Assert.Equal(records * 7, numbers.Count);
        Assert.Equal(CloseReason.DtlsFailed, pair.Server.CloseReason);
        Assert.Empty(DtlsPair.Drain(pair.Server));
    }

    [Fact]
    public void A_clock_that_jumps_far_ahead_repeats_a_flight_once()
    {
        using DtlsPair pair = new();
        pair.FireTimers();
        pair.Server.HandleDatagram(DtlsPair.Drain(pair.Client)[0], pair.Now);
        DtlsPair.Drain(pair.Server);
        pair.Advance(TimeSpan.FromSeconds(14));
        pair.Server.HandleTimeout(pair.Now);
        Assert.Single(DtlsPair.Drain(pair.Server));
        Assert.True(pair.Server.NextTimeout > pair.Now);
    }

    private static List<ulong> Numbers(List<byte[]> datagrams)
    {
        List<ulong> numbers = [];
        foreach (byte[] datagram in datagrams)
        {
            int offset = 0;
            while (DtlsRecordReader.TryRead(datagram.AsSpan(offset), out DtlsRecordReader record) == DropReason.None)
            {
                numbers.Add(record.SequenceNumber);
                offset += record.Record.Length;
            }
        }

        return numbers;
    }
}
