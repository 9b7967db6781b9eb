using System.Buffers.Binary;

namespace Relay.Core.Primitives;

/// <summary>
/// Where the core's randomness comes from: the operating system in the host, a seed in tests. Always a constructor
/// argument.
/// </summary>
public abstract class RandomSource
{
    /// <summary>Fills the whole span with random bytes; must be fit for keys unless the caller is a test.</summary>
    public abstract void Fill(Span<byte> destination);

    public ushort NextUInt16() => (ushort)NextUInt32();

    public uint NextUInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public ulong NextUInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}
