using System.Net;
using System.Text;
using Relay.Core.Primitives;
using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class TurnNonceTests
{
    private const SecurityFeatures Both = SecurityFeatures.PasswordAlgorithms | SecurityFeatures.UsernameAnonymity;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private static readonly TransportAddress Client = TransportAddress.FromEndPoint(IPEndPoint.Parse("192.0.2.1:5000"));
    private static readonly Instant Start = Instant.Zero + TimeSpan.FromHours(5);

    private readonly TurnNonce _nonces = new(Lifetime, new SeededRandomSource(1));

    [Theory]
    [InlineData(SecurityFeatures.None, "obMatJos2AAAA")]
    [InlineData(SecurityFeatures.PasswordAlgorithms, "obMatJos2AAAB")]
    [InlineData(SecurityFeatures.UsernameAnonymity, "obMatJos2AAAC")]
    [InlineData(Both, "obMatJos2AAAD")]
    public void A_nonce_begins_with_the_cookie_and_its_features_come_back(SecurityFeatures features, string cookie)
    {
        byte[] nonce = Write(features, Start);

        Assert.StartsWith(cookie, Encoding.ASCII.GetString(nonce), StringComparison.Ordinal);
        Assert.Equal(NonceVerdict.Good, _nonces.Check(nonce, Client, Start, out SecurityFeatures read));
        Assert.Equal(features, read);
    }

    [Fact]
    public void A_nonce_lives_as_long_as_promised_and_at_most_an_eighth_longer()
    {
        for (int offset = 0; offset < 75; offset += 5)
        {
            Instant written = Start + TimeSpan.FromSeconds(offset);
            byte[] nonce = Write(Both, written);
            Assert.Equal(NonceVerdict.Good, Check(nonce, Client, written + Lifetime));
            Assert.Equal(NonceVerdict.Stale, Check(nonce, Client, written + (Lifetime * 9 / 8)));
            Assert.Equal(NonceVerdict.Stale, Check(nonce, Client, written + (Lifetime * 7)));
            Assert.Equal(NonceVerdict.Wrong, Check(nonce, Client, written + (Lifetime * 8)));
            Assert.Equal(NonceVerdict.Wrong, Check(nonce, Client, written + (Lifetime * 16)));
        }
    }

    [Fact]
    public void A_short_nonce_offers_nothing_and_lives_as_long()
    {
        byte[] nonce = new byte[TurnNonce.ShortBytes];
        Assert.Equal(TurnNonce.ShortBytes, _nonces.WriteShort(Client, Start, nonce));
        Assert.Equal(NonceVerdict.Good, _nonces.Check(nonce, Client, Start + Lifetime, out SecurityFeatures features));
        Assert.Equal(SecurityFeatures.None, features);
        Assert.Equal(NonceVerdict.Stale, Check(nonce, Client, Start + (Lifetime * 9 / 8)));
        Assert.Equal(NonceVerdict.Wrong, Check(nonce, Client with { Port = 5001 }, Start));
        nonce[^1] ^= 1;
        Assert.Equal(NonceVerdict.Wrong, Check(nonce, Client, Start));
        Assert.Equal(NonceVerdict.Wrong, Check(nonce[1..], Client, Start));
    }

    [Fact]
    public void A_nonce_from_the_future_is_wrong() =>
        Assert.Equal(NonceVerdict.Wrong, Check(Write(Both, Start), Client, Start - (Lifetime / 4)));

    [Theory]
    [InlineData("192.0.2.1:5001")]
    [InlineData("192.0.2.2:5000")]
    [InlineData("[2001:db8::1]:5000")]
    public void A_nonce_is_good_for_one_address_and_port(string other)
    {
        byte[] nonce = Write(Both, Start);
        var address = TransportAddress.FromEndPoint(IPEndPoint.Parse(other));
        Assert.Equal(NonceVerdict.Wrong, Check(nonce, address, Start));
        byte[] theirs = new byte[TurnNonce.Bytes];
        _nonces.Write(address, Both, Start, theirs);
        Assert.NotEqual(nonce, theirs);
    }

    [Fact]
    public void Another_process_has_another_key()
    {
        var other = new TurnNonce(Lifetime, new SeededRandomSource(2));
        Assert.Equal(NonceVerdict.Wrong, other.Check(Write(Both, Start), Client, Start, out _));
    }

    [Fact]
    public void Every_changed_bit_is_noticed_and_nothing_is_told_of_its_features()
    {
        byte[] nonce = Write(Both, Start);
        for (int bit = 0; bit < nonce.Length * 8; bit++)
        {
            nonce[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(NonceVerdict.Wrong, _nonces.Check(nonce, Client, Start, out SecurityFeatures features));
            Assert.Equal(SecurityFeatures.None, features);
            nonce[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Other_lengths_are_wrong()
    {
        byte[] nonce = Write(Both, Start);
        for (int length = 0; length < nonce.Length; length++)
        {
            Assert.Equal(NonceVerdict.Wrong, Check(nonce[..length], Client, Start));
        }

        Assert.Equal(NonceVerdict.Wrong, Check([.. nonce, (byte)'A'], Client, Start));
        Assert.Equal(NonceVerdict.Wrong, Check(new byte[763], Client, Start));
    }

    [Fact]
    public void A_nonce_is_text_that_needs_no_quoting()
    {
        var random = new Random(3);
        byte[] nonce = new byte[TurnNonce.Bytes];
        for (int i = 0; i < 1000; i++)
        {
            var address = new TransportAddress(new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()), (ushort)i);
            Assert.Equal(TurnNonce.Bytes, _nonces.Write(address, Both, Start + TimeSpan.FromMinutes(i), nonce));
            Assert.All(nonce, c => Assert.True(char.IsAsciiLetterOrDigit((char)c) || c is (byte)'+' or (byte)'/'));
        }
    }

    [Fact]
    public void The_sums_of_neighbours_have_nothing_in_common()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        byte[] nonce = new byte[TurnNonce.Bytes];
        for (int port = 0; port < 10_000; port++)
        {
            _nonces.Write(Client with { Port = (ushort)port }, Both, Start, nonce);
            Assert.True(seen.Add(Encoding.ASCII.GetString(nonce)));
        }
    }

    [Fact]
    public void Writing_and_checking_allocates_nothing()
    {
        Work(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int good = Work(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1000, good);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(86_401)]
    public void A_lifetime_out_of_range_is_refused(int seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TurnNonce(TimeSpan.FromSeconds(seconds), new SeededRandomSource(1)));

    private int Work(int rounds)
    {
        Span<byte> nonce = stackalloc byte[TurnNonce.Bytes];
        int good = 0;
        for (int i = 0; i < rounds; i++)
        {
            _nonces.Write(Client, Both, Start, nonce);
            good += _nonces.Check(nonce, Client, Start, out _) == NonceVerdict.Good ? 1 : 0;
        }

        return good;
    }

    private byte[] Write(SecurityFeatures features, Instant now)
    {
        byte[] nonce = new byte[TurnNonce.Bytes];
        Assert.Equal(TurnNonce.Bytes, _nonces.Write(Client, features, now, nonce));
        return nonce;
    }

    private NonceVerdict Check(byte[] nonce, in TransportAddress client, Instant now) => _nonces.Check(nonce, client, now, out _);
}
