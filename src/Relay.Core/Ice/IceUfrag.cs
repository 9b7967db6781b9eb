using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Ice;

// A local ufrag: 12 ice-chars (RFC 8839 section 5.4). The relay's own key, so it names the slot of the leg outright.
//
// +-----------------+----------------+---------------------------+
// | slot, 4 chars   | worker, 1 char | random, 7 chars (42 bits) |
// +-----------------+----------------+---------------------------+

/// <summary>
/// The ufrags that the relay gives out: each carries the slot of its leg, so that the first binding request from an
/// unknown address finds the leg without a search, and the worker, so that one on a stream, which all workers share
/// a port for, finds its way. Both are hints and no proof: MESSAGE-INTEGRITY is.
/// </summary>
public static class IceUfrag
{
    /// <summary>Bytes of a local ufrag.</summary>
    public const int Bytes = SlotChars + WorkerChars + RandomChars;

    /// <summary>The largest slot that a ufrag can carry.</summary>
    public const int MaxSlot = (1 << (SlotChars * BitsPerChar)) - 1;

    /// <summary>The largest worker's number that a ufrag can carry.</summary>
    public const int MaxWorker = (1 << (WorkerChars * BitsPerChar)) - 1;

    private const int SlotChars = 4;
    private const int WorkerChars = 1;
    private const int RandomChars = 7;
    private const int BitsPerChar = 6;
    private const byte CharMask = (1 << BitsPerChar) - 1;

    private static ReadOnlySpan<byte> IceChars => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;

    /// <summary>Writes a ufrag for the slot; <paramref name="destination"/> has <see cref="Bytes"/> bytes.</summary>
    public static void Write(int slot, RandomSource random, Span<byte> destination, int worker = 0)
    {
        Invariant.Holds(worker is >= 0 and <= MaxWorker, "a worker's number fits into a ufrag");
        Invariant.Holds(slot is >= 0 and <= MaxSlot, "a slot fits into a ufrag");
        Invariant.Holds(destination.Length == Bytes, "a local ufrag has its fixed length");
        for (int i = 0; i < SlotChars; i++)
        {
            destination[i] = IceChars[(slot >> ((SlotChars - 1 - i) * BitsPerChar)) & CharMask];
        }

        destination[SlotChars] = IceChars[worker];
        FillWithIceChars(random, destination[(SlotChars + WorkerChars)..]);
    }

    /// <summary>
    /// Reads the slot from the USERNAME of a request ("localufrag:remoteufrag"); false if it cannot be one of ours.
    /// </summary>
    public static bool TryReadSlot(ReadOnlySpan<byte> username, out int slot)
    {
        slot = 0;
        if (username.Length <= Bytes || username[Bytes] != (byte)':')
        {
            return false;
        }

        int value = 0;
        for (int i = 0; i < SlotChars; i++)
        {
            int digit = IceChars.IndexOf(username[i]);
            if (digit < 0)
            {
                return false;
            }

            value = (value << BitsPerChar) | digit;
        }

        slot = value;
        return true;
    }

    /// <summary>Reads the worker from the USERNAME of a request; false if it cannot be one of ours.</summary>
    public static bool TryReadWorker(ReadOnlySpan<byte> username, out int worker)
    {
        worker = TryReadSlot(username, out _) ? IceChars.IndexOf(username[SlotChars]) : -1;
        return worker >= 0;
    }

    /// <summary>ALPHA, DIGIT, "+" or "/" (RFC 8839 section 5.4).</summary>
    public static bool IsIceChar(byte value) => IceChars.Contains(value);

    /// <summary>Six random bits in each char, all chars equally likely.</summary>
    internal static void FillWithIceChars(RandomSource random, Span<byte> destination)
    {
        random.Fill(destination);
        foreach (ref byte value in destination)
        {
            value = IceChars[value & CharMask];
        }
    }
}
