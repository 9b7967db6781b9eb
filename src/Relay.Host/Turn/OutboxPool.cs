using Relay.Core.Diagnostics;
using Relay.Core.Engine;

namespace Relay.Host.Turn;

/// <summary>
/// The rings that what is sent to the streams of one worker waits in. Only the worker rents, without a lock; any thread
/// gives back. A ring is made when more are needed than ever before, and kept.
/// </summary>
internal sealed class OutboxPool(int ringsMax, int ringBytes)
{
    private readonly byte[][] _rings = new byte[ringsMax][];
    private readonly Mailbox<int> _free = new(ringsMax);
    private int _made;

    public int RingBytes => ringBytes;

    /// <summary>Rings made so far.</summary>
    public int Made => Volatile.Read(ref _made);

    /// <summary>Takes a ring; false if all are in use.</summary>
    public bool TryRent(out int ring)
    {
        if (_free.TryDequeue(out ring))
        {
            return true;
        }

        if (_made == _rings.Length)
        {
            return false;
        }

        ring = _made;
        _rings[ring] = GC.AllocateUninitializedArray<byte>(ringBytes, pinned: true);
        Volatile.Write(ref _made, ring + 1);
        return true;
    }

    public byte[] Ring(int ring) => _rings[ring];

    /// <summary>Gives a ring back, from any thread.</summary>
    public void Return(int ring) => Invariant.Holds(_free.TryEnqueue(ring), "a ring is returned once");
}
