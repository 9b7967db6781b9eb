using Relay.Core.Dtls;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

/// <summary>A ClientHello in several datagrams, as browsers with post-quantum key shares send it.</summary>
public class DtlsFragmentationTests
{
    [Fact]
    public void A_client_hello_larger_than_a_datagram_connects()
    {
        using DtlsPair pair = new();
        ClientMisuse.EnlargeClientHello(pair.Client, 1_900);
        pair.FireTimers();
        pair.Exchange();
        Assert.Equal(2, pair.FromClient.Count);

        Assert.True(pair.Run().IsConnected);
        pair.AssertSameKeys(56);
    }

    [Fact]
    public void A_large_client_hello_connects_in_reverse_order()
    {
        using DtlsPair pair = new();
        ClientMisuse.EnlargeClientHello(pair.Client, 1_900);
        pair.FireTimers();
        List<byte[]> hello = DtlsPair.Drain(pair.Client);
        hello.Reverse();
        foreach (byte[] datagram in hello)
        {
            Assert.Empty(DtlsPair.Drain(pair.Server));
            pair.Server.HandleDatagram(datagram, pair.Now);
        }

        Assert.True(pair.Run().IsConnected);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(100)]
    [InlineData(200)]
    public void Fragments_in_order_connect(int fragmentBytes)
    {
        using DtlsPair pair = new();
        HandshakeFragments fragments = new();
        pair.ClientToServer = (datagram, _) => fragments.Cut(datagram, fragmentBytes);
        Assert.True(pair.Run().IsConnected);
        pair.AssertSameKeys(56);
    }

    [Fact]
    public void Fragments_in_reverse_order_connect()
    {
        using DtlsPair pair = new();
        HandshakeFragments fragments = new();
        pair.ClientToServer = (datagram, index) =>
        {
            List<byte[]> cut = fragments.Cut(datagram, index == 0 ? 40 : int.MaxValue / 2);
            if (index == 0)
            {
                cut.Reverse();
            }

            return cut;
        };
        Assert.True(pair.Run().IsConnected);
    }

    [Fact]
    public void Fragments_shuffled_duplicated_and_cut_twice_connect()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            Random random = new(seed);
            using DtlsPair pair = new();
            HandshakeFragments fragments = new();
            pair.ClientToServer = (datagram, index) =>
            {
                if (index > 0)
                {
                    return [fragments.Renumber(datagram)];
                }

                byte[][] cut =
                [
                    .. fragments.Cut(datagram, random.Next(20, 90)),
                    .. fragments.Cut(datagram, random.Next(20, 90)),
                ];
                random.Shuffle(cut);
                return [.. cut, cut[0], cut[^1]];
            };
            Assert.True(pair.Run().IsConnected, $"seed {seed}");
        }
    }

    [Fact]
    public void A_lost_fragment_comes_with_the_clients_retransmission()
    {
        for (int lost = 0; lost < 5; lost++)
        {
            using DtlsPair pair = new();
            HandshakeFragments fragments = new();
            int missing = lost;
            pair.ClientToServer = (datagram, index) =>
            {
                List<byte[]> cut = index < 2 ? fragments.Cut(datagram, index == 0 ? 40 : 70) : [fragments.Renumber(datagram)];
                if (index == 0)
                {
                    cut.RemoveAt(missing % cut.Count);
                }

                return cut;
            };
            Assert.True(pair.Run().IsConnected, $"fragment {lost}");
        }
    }

    [Fact]
    public void A_client_hello_that_never_becomes_whole_ends_at_the_deadline()
    {
        using DtlsPair pair = new();
        HandshakeFragments fragments = new();
        pair.ClientToServer = (datagram, _) => fragments.Cut(datagram, 40)[1..];
        pair.Run();
        Assert.Equal(DtlsState.Closed, pair.Server.State);
        Assert.Empty(pair.FromServer);
    }
}
