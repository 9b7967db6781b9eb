namespace Relay.Core.Buffers;

/// <summary>
/// The memory that one worker's datagrams are received into: pinned buffers that a receive call fills, that are read in the
/// same turn and that the next call fills again. Nothing keeps a piece of it; what has to stay is opened or copied into a
/// slot of the <see cref="PacketPool"/>. Used by one thread.
/// </summary>
public sealed class ReceiveSlab
{
    // Buffers that were a power of two apart would all begin in the same few sets of the cache. 19 lines, a typical video
    // packet, lay such packets side by side instead.
    private const int StaggerBytes = 19 * 64;

    private readonly byte[] _bytes;
    private readonly int _strideBytes;

    /// <summary>Allocates the buffers; nothing is allocated afterwards.</summary>
    /// <param name="buffers">1 to 1,024 buffers.</param>
    /// <param name="bufferBytes">1 to 65,536 bytes each.</param>
    public ReceiveSlab(int buffers, int bufferBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(buffers, 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bufferBytes, 65_536);
        BufferCount = buffers;
        BufferBytes = bufferBytes;
        _strideBytes = ((bufferBytes + 63) & ~63) + StaggerBytes;
        _bytes = GC.AllocateArray<byte>(buffers * _strideBytes, pinned: true);
    }

    public int BufferCount { get; }

    public int BufferBytes { get; }

    /// <summary>Where a buffer starts, for <see cref="Received.Offset"/>.</summary>
    public int OffsetOf(int buffer) => buffer * _strideBytes;

    /// <summary>A whole buffer.</summary>
    public Span<byte> Buffer(int buffer) => new(_bytes, OffsetOf(buffer), BufferBytes);

    /// <summary>A buffer's address. The memory is pinned, so the pointer stays good as long as the slab lives.</summary>
    public unsafe byte* Pointer(int buffer) =>
        (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, OffsetOf(buffer));

    /// <summary>The bytes of a datagram, good until the next receive call.</summary>
    public Span<byte> Span(in Received received) => new(_bytes, received.Offset, received.Length);
}
