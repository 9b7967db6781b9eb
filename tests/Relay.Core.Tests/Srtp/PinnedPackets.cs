using System.Runtime.InteropServices;

namespace Relay.Core.Tests.Srtp;

/// <summary>Packets in memory that does not move, as a worker's are.</summary>
internal sealed unsafe class PinnedPackets : IDisposable
{
    public const int SlotBytes = 2048 + 64;

    private readonly byte* _memory;

    public PinnedPackets(int slots)
    {
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)(slots * SlotBytes));
    }

    public Span<byte> this[int slot] => new(_memory + (slot * SlotBytes), SlotBytes);

    /// <summary>Puts a packet into a slot.</summary>
    public Span<byte> Put(int slot, ReadOnlySpan<byte> packet)
    {
        packet.CopyTo(this[slot]);
        return this[slot][..packet.Length];
    }

    public void Dispose() => NativeMemory.Free(_memory);
}
