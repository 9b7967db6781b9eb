namespace Relay.Core.Buffers;

/// <summary>
/// Names one slot of a <see cref="PacketPool"/>. The generation changes at every release, so a handle kept too long is
/// caught instead of reading somebody else's packet. The default value names no slot.
/// </summary>
public readonly record struct PacketHandle(int Slot, uint Generation)
{
    public bool IsNone => Generation == 0;
}
