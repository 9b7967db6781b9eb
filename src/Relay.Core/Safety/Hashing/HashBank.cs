using System.Numerics;

namespace Relay.Core.Safety.Hashing;

/// <summary>
/// Hashes of known pictures, up to a million, looked through from the first to the last: 32 MB and some 2 ms a million, less
/// than an index would cost in memory and in code. Never changes, so any number of threads may look at once; made by
/// <see cref="HashBankReader"/>.
/// </summary>
/// <remarks>
/// The first halves of all hashes lie together. Half a hash of an unrelated picture is at some 64 bits already, so the
/// second halves are hardly ever read. Memory is what this takes: counting bits in vectors was measured to be no faster.
/// </remarks>
public sealed class HashBank
{
    /// <summary>Hashes at most this far apart are of the same picture; the reference's threshold.</summary>
    public const int DistanceMax = 31;

    private readonly ulong[] _heads;
    private readonly ulong[] _tails;

    /// <summary>Takes the hashes as they are; entry numbers are their places.</summary>
    public HashBank(ReadOnlySpan<PictureHash> hashes)
    {
        Count = hashes.Length;
        _heads = new ulong[2 * hashes.Length];
        _tails = new ulong[2 * hashes.Length];
        for (int i = 0; i < hashes.Length; i++)
        {
            (_heads[2 * i], _heads[(2 * i) + 1]) = (hashes[i].Word0, hashes[i].Word1);
            (_tails[2 * i], _tails[(2 * i) + 1]) = (hashes[i].Word2, hashes[i].Word3);
        }
    }

    /// <summary>A bank that matches nothing.</summary>
    public static HashBank Empty { get; } = new([]);

    public int Count { get; }

    public PictureHash this[int entry] =>
        new(_heads[2 * entry], _heads[(2 * entry) + 1], _tails[2 * entry], _tails[(2 * entry) + 1]);

    /// <summary>Looks for the entry nearest to a picture or to its mirrored form, at most <see cref="DistanceMax"/> off.</summary>
    /// <param name="picture">What must be matchable: others are never compared.</param>
    /// <param name="match">The nearest entry, of equally near ones the first.</param>
    public bool TryMatch(in PdqResult picture, out HashMatch match)
    {
        match = new HashMatch(-1, DistanceMax + 1, IsMirrored: false);
        if (!picture.IsMatchable)
        {
            return false;
        }

        ReadOnlySpan<ulong> heads = _heads;
        (ulong head0, ulong head1) = (picture.Hash.Word0, picture.Hash.Word1);
        (ulong mirrored0, ulong mirrored1) = (picture.Mirrored.Word0, picture.Mirrored.Word1);
        for (int i = 0; i + 1 < heads.Length; i += 2)
        {
            int plain = BitOperations.PopCount(heads[i] ^ head0) + BitOperations.PopCount(heads[i + 1] ^ head1);
            int mirrored = BitOperations.PopCount(heads[i] ^ mirrored0) + BitOperations.PopCount(heads[i + 1] ^ mirrored1);
            if (plain <= DistanceMax || mirrored <= DistanceMax)
            {
                Compare(picture, i / 2, ref match);
            }
        }

        return match.Entry >= 0;
    }

    private void Compare(in PdqResult picture, int entry, ref HashMatch match)
    {
        PictureHash hash = this[entry];
        int plain = PictureHash.Distance(hash, picture.Hash);
        int mirrored = PictureHash.Distance(hash, picture.Mirrored);
        int distance = Math.Min(plain, mirrored);
        if (distance < match.Distance)
        {
            match = new HashMatch(entry, distance, IsMirrored: mirrored < plain);
        }
    }
}

/// <summary>A picture that a bank knows.</summary>
/// <param name="Entry">Which of the bank's hashes.</param>
/// <param name="Distance">Bits that differ, 0 to <see cref="HashBank.DistanceMax"/>.</param>
/// <param name="IsMirrored">Whether the mirrored form is the nearer one.</param>
public readonly record struct HashMatch(int Entry, int Distance, bool IsMirrored);
