using Relay.Core.Diagnostics;

namespace Relay.Host.Turn;

/// <summary>
/// Bytes that wait to be written to one stream: a ring between the worker, which appends whole messages or nothing, and one
/// reader. It has memory only while it holds something: the reader gives the ring back when it has emptied it.
/// </summary>
/// <remarks>
/// Neither side waits for the other. The reader gives the ring up by exchanging the tail for <see cref="NoRing"/>, which fails if
/// the worker has appended meanwhile; the worker publishes a message by exchanging the tail too, which fails if the reader has
/// given the ring up meanwhile, and then appends to another ring. What it wrote into the one given up harms nobody: no
/// one else rents rings.
/// </remarks>
internal sealed class StreamOutbox(OutboxPool pool)
{
    private const long NoRing = -1;

    private readonly OutboxPool _pool = pool;
    private byte[] _bytes = [];
    private int _ring;
    private long _tail = NoRing;
    private long _head;

    /// <summary>True if there is nothing to be read, and no ring; for the reader.</summary>
    public bool IsEmpty => Volatile.Read(ref _tail) == NoRing;

    /// <summary>Appends a message: prefix, data, zeros. False if there is no room for all of it. The worker only.</summary>
    public bool TryAppend(scoped ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> data, int zeros)
    {
        int length = prefix.Length + data.Length + zeros;
        long tail = Volatile.Read(ref _tail);
        if (tail != NoRing)
        {
            if (tail + length - Volatile.Read(ref _head) > _bytes.Length)
            {
                return false;
            }

            Write(tail, prefix, data, zeros);
            if (Interlocked.CompareExchange(ref _tail, tail + length, tail) == tail)
            {
                return true;
            }
        }

        if (length > _pool.RingBytes || !_pool.TryRent(out int ring))
        {
            return false;
        }

        _ring = ring;
        _bytes = _pool.Ring(ring);
        _head = 0;
        Write(0, prefix, data, zeros);
        Volatile.Write(ref _tail, length);
        return true;
    }

    /// <summary>Takes the oldest bytes, as many as there are and fit. The reader only.</summary>
    public int Read(Span<byte> destination)
    {
        int read = 0;
        while (read < destination.Length)
        {
            long tail = Volatile.Read(ref _tail);
            if (tail == NoRing)
            {
                break;
            }

            if (tail == _head)
            {
                int ring = _ring;
                if (Interlocked.CompareExchange(ref _tail, NoRing, tail) == tail)
                {
                    _pool.Return(ring);
                    break;
                }

                continue;
            }

            int at = (int)(_head % _bytes.Length);
            int count = (int)Math.Min(Math.Min(tail - _head, _bytes.Length - at), destination.Length - read);
            _bytes.AsSpan(at, count).CopyTo(destination[read..]);
            read += count;
            Volatile.Write(ref _head, _head + count);
        }

        return read;
    }

    /// <summary>Gives the ring back with what is in it. The worker only, once nobody reads any more.</summary>
    public void Clear()
    {
        if (Volatile.Read(ref _tail) != NoRing)
        {
            Volatile.Write(ref _tail, NoRing);
            _pool.Return(_ring);
        }
    }

    private void Write(long tail, scoped ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> data, int zeros)
    {
        Copy(prefix, ref tail);
        Copy(data, ref tail);
        Span<byte> padding = stackalloc byte[4];
        padding.Clear();
        Invariant.Holds(zeros is >= 0 and <= 4, "padding is short");
        Copy(padding[..zeros], ref tail);
    }

    private void Copy(scoped ReadOnlySpan<byte> source, ref long tail)
    {
        int at = (int)(tail % _bytes.Length);
        int first = Math.Min(source.Length, _bytes.Length - at);
        source[..first].CopyTo(_bytes.AsSpan(at));
        source[first..].CopyTo(_bytes);
        tail += source.Length;
    }
}
