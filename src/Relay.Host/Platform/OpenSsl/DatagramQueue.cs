using System.Buffers;
using System.Buffers.Binary;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>
/// A bounded queue of datagrams, each with a number that its owner chose. Small ones of the same number are joined,
/// as DTLS records may share a datagram (RFC 6347 section 4.1.1). Memory is rented while there is something in it.
/// </summary>
internal sealed class DatagramQueue : IDisposable
{
    /// <summary>The largest datagram to send: fits every path that IPv6 guarantees, tunnels included.</summary>
    internal const int DatagramMaxBytes = 1200;

    private const int NumberOffset = 0;
    private const int LengthOffset = 1;
    private const int HeaderBytes = 3;

    private readonly int _maxBytes;
    private readonly int _datagramMaxBytes;
    private byte[]? _buffer;
    private int _head;
    private int _tail;
    private int _last;

    /// <param name="maxBytes">The most that it holds, three bytes of header for each datagram included.</param>
    /// <param name="datagramMaxBytes">The longest datagram taken.</param>
    internal DatagramQueue(int maxBytes, int datagramMaxBytes = DatagramMaxBytes)
    {
        _maxBytes = maxBytes;
        _datagramMaxBytes = datagramMaxBytes;
    }

    internal bool IsEmpty => _head == _tail;

    /// <summary>False, and nothing kept, if it is full or the datagram too long.</summary>
    internal bool TryEnqueue(byte number, ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > _datagramMaxBytes)
        {
            return false;
        }

        _buffer ??= ArrayPool<byte>.Shared.Rent(_maxBytes);
        bool joins = !IsEmpty && _buffer[_last + NumberOffset] == number && LengthAt(_last) + datagram.Length <= _datagramMaxBytes;
        if (_tail + datagram.Length + (joins ? 0 : HeaderBytes) > _maxBytes)
        {
            return false;
        }

        if (!joins)
        {
            _last = _tail;
            _buffer[_last + NumberOffset] = number;
            SetLengthAt(_last, 0);
            _tail += HeaderBytes;
        }

        datagram.CopyTo(_buffer.AsSpan(_tail));
        SetLengthAt(_last, LengthAt(_last) + datagram.Length);
        _tail += datagram.Length;
        return true;
    }

    /// <summary>The oldest datagram, valid until the next call; false if there is none.</summary>
    internal bool TryPeek(out byte number, out ReadOnlySpan<byte> datagram)
    {
        if (IsEmpty)
        {
            number = 0;
            datagram = default;
            return false;
        }

        number = _buffer![_head + NumberOffset];
        datagram = _buffer.AsSpan(_head + HeaderBytes, LengthAt(_head));
        return true;
    }

    /// <summary>Removes the oldest datagram, which must exist.</summary>
    internal void Dequeue()
    {
        _head += HeaderBytes + LengthAt(_head);
        if (IsEmpty)
        {
            Clear();
        }
    }

    internal void Clear()
    {
        _head = 0;
        _tail = 0;
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => Clear();

    private int LengthAt(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_buffer.AsSpan(offset + LengthOffset));

    private void SetLengthAt(int offset, int length) =>
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(offset + LengthOffset), (ushort)length);
}
