using System.Security.Cryptography;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Turn;

// A nonce, 20 characters: RFC 8489 section 9.2 prescribes the first 13, and the rest is short because every byte of it is
// reflected to whoever a source address belongs to. A short nonce is those last 7 alone, and offers nothing.
//
// +---------------+-----------------------------+------------+-----------------------+
// | "obMatJos2"   | features, 4 chars (24 bits) | time,      | sum, 6 chars (36 bits)|
// |  9 chars      |  base64                     | 1 char     |                       |
// +---------------+-----------------------------+------------+-----------------------+

/// <summary>
/// Nonces that need no memory (RFC 8489 section 9.2): each carries its time and a keyed sum over client address, features
/// and time, so that a 401 or a 438 costs no state. The sum is SipHash under a key drawn at start, cut to 36 bits: who wants
/// to pass for another address has to guess it within the lifetime, one datagram a guess, and has to have valid credentials
/// besides. A longer function would protect no more bits, and HMAC-SHA256 took a third of the time of a worker that is
/// flooded with Allocates: everybody gets a nonce for the asking.
/// </summary>
public sealed class TurnNonce
{
    /// <summary>Bytes of a nonce.</summary>
    public const int Bytes = CookieChars + FeatureChars + TimeChars + SumChars;

    /// <summary>Bytes of a short nonce.</summary>
    public const int ShortBytes = TimeChars + SumChars;

    private const int CookieChars = 9;
    private const int FeatureChars = 4;
    private const int TimeChars = 1;
    private const int SumChars = 6;
    private const int FeaturesOffset = CookieChars + FeatureChars - 1;
    private const int TimeOffset = CookieChars + FeatureChars;
    private const int SumOffset = TimeOffset + TimeChars;
    private const int BitsPerChar = 6;
    private const int FeatureShift = 16;
    private const int SlotShift = 24;
    private const int CharMask = (1 << BitsPerChar) - 1;

    /// <summary>The lifetime in units of the time character, which counts modulo 64.</summary>
    private const int LifetimeSlots = 8;

    private readonly SipHash _sums;
    private readonly long _slotTicks;

    /// <param name="lifetime">How long a nonce is good, at least; at most an eighth longer. 8 seconds to 1 day.</param>
    /// <param name="random">Where the key comes from.</param>
    public TurnNonce(TimeSpan lifetime, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, TimeSpan.FromSeconds(8));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, TimeSpan.FromDays(1));
        _slotTicks = lifetime.Ticks / LifetimeSlots;
        _sums = new SipHash(random);
    }

    private static ReadOnlySpan<byte> Cookie => "obMatJos2"u8;

    private static ReadOnlySpan<byte> Base64Chars => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;

    /// <summary>Writes a nonce and returns its bytes, <see cref="Bytes"/>.</summary>
    /// <param name="client">Where the request came from.</param>
    /// <param name="features">What the answer offers; the client's next request is held to it.</param>
    /// <param name="now">The time.</param>
    /// <param name="nonce">At least <see cref="Bytes"/>.</param>
    public int Write(in TransportAddress client, SecurityFeatures features, Instant now, Span<byte> nonce)
    {
        long slot = now.Ticks / _slotTicks;
        Cookie.CopyTo(nonce);
        nonce[CookieChars..FeaturesOffset].Fill(Base64Chars[0]);
        nonce[FeaturesOffset] = Base64Chars[(int)features & CharMask];
        nonce[TimeOffset] = Base64Chars[(int)(slot & CharMask)];
        WriteSum(client, features, slot, nonce.Slice(SumOffset, SumChars));
        return Bytes;
    }

    /// <summary>
    /// Writes a short nonce, which offers no features, and returns its bytes, <see cref="ShortBytes"/>: for questions so short
    /// that an answer with a whole one would amplify.
    /// </summary>
    /// <param name="client">Where the request came from.</param>
    /// <param name="now">The time.</param>
    /// <param name="nonce">At least <see cref="ShortBytes"/>.</param>
    public int WriteShort(in TransportAddress client, Instant now, Span<byte> nonce)
    {
        long slot = now.Ticks / _slotTicks;
        nonce[0] = Base64Chars[(int)(slot & CharMask)];
        WriteSum(client, SecurityFeatures.None, slot, nonce.Slice(TimeChars, SumChars));
        return ShortBytes;
    }

    /// <summary>Judges the NONCE of a request; <paramref name="features"/> only means something unless it is wrong.</summary>
    public NonceVerdict Check(
        ReadOnlySpan<byte> nonce, in TransportAddress client, Instant now, out SecurityFeatures features)
    {
        features = SecurityFeatures.None;
        int bits = 0;
        if (nonce.Length == Bytes && nonce.StartsWith(Cookie)
            && !nonce[CookieChars..FeaturesOffset].ContainsAnyExcept(Base64Chars[0]))
        {
            bits = Base64Chars.IndexOf(nonce[FeaturesOffset]);
        }
        else if (nonce.Length != ShortBytes)
        {
            return NonceVerdict.Wrong;
        }

        ReadOnlySpan<byte> timeAndSum = nonce[^ShortBytes..];
        int time = Base64Chars.IndexOf(timeAndSum[0]);
        if (bits < 0 || time < 0)
        {
            return NonceVerdict.Wrong;
        }

        long nowSlot = now.Ticks / _slotTicks;
        long age = (nowSlot - time) & CharMask;
        Span<byte> expected = stackalloc byte[SumChars];
        WriteSum(client, (SecurityFeatures)bits, nowSlot - age, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, timeAndSum[TimeChars..]))
        {
            return NonceVerdict.Wrong;
        }

        features = (SecurityFeatures)bits;
        return age <= LifetimeSlots ? NonceVerdict.Good : NonceVerdict.Stale;
    }

    private void WriteSum(in TransportAddress client, SecurityFeatures features, long slot, Span<byte> sum)
    {
        Invariant.Holds(sum.Length == SumChars, "the sum of a nonce has a fixed length");
        ulong rest = ((ulong)slot << SlotShift) | ((ulong)(byte)features << FeatureShift) | client.Port;
        ulong bits = _sums.Hash((ulong)client.Address, (ulong)(client.Address >> 64), rest);
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = Base64Chars[(int)(bits & CharMask)];
            bits >>= BitsPerChar;
        }
    }
}
