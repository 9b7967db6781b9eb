using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Relay.Core.Diagnostics;

namespace Relay.Core.Buffers;

/// <summary>
/// All packet memory of one worker: a pinned slab of equal slots with reference counts. Used by one thread. A slot is
/// laid out as headroom, datagram, tailroom, so that headers and tags are added in place.
/// </summary>
public sealed class PacketPool
{
    /// <summary>Bytes in a slot. Two kibibytes hold any datagram that fits an Ethernet frame, and both rooms.</summary>
    public const int SlotBytes = 2048;

    /// <summary>Bytes kept free before a datagram: a TURN Data indication's header (RFC 8656) is the largest.</summary>
    public const int HeadroomBytes = 64;

    /// <summary>Bytes kept free behind a datagram: SRTCP tag, index and MKI (RFC 3711) are the largest.</summary>
    public const int TailroomBytes = 64;

    /// <summary>The largest datagram that a slot takes.</summary>
    public const int DatagramMaxBytes = SlotBytes - HeadroomBytes - TailroomBytes;

    private const byte Poison = 0xDB;
    private static readonly int Owners = Enum.GetValues<PacketOwner>().Length;

    private readonly byte[] _slab;
    private readonly uint[] _generations;
    private readonly ushort[] _references;
    private readonly int[] _free;
    private readonly ushort[]? _ownerCounts;
    private int _freeCount;

    /// <summary>Allocates the slab; nothing is allocated afterwards.</summary>
    /// <param name="slots">1 to 1,000,000 slots.</param>
    /// <param name="isChecked">Debug mode: freed slots are poisoned and verified, references are counted by owner.</param>
    public PacketPool(int slots, bool isChecked = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, 1_000_000);
        _slab = GC.AllocateArray<byte>(slots * SlotBytes, pinned: true);
        _generations = new uint[slots];
        _references = new ushort[slots];
        _free = new int[slots];
        _ownerCounts = isChecked ? new ushort[slots * Owners] : null;
        for (int i = 0; i < slots; i++)
        {
            _generations[i] = 1;
            _free[i] = slots - 1 - i;
            if (isChecked)
            {
                PoisonSlot(i);
            }
        }

        _freeCount = slots;
    }

    public int Capacity => _free.Length;

    public int FreeCount => _freeCount;

    public int InUse => Capacity - _freeCount;

    /// <summary>True in Debug mode.</summary>
    public bool IsChecked => _ownerCounts is not null;

    /// <summary>Takes a free slot with one reference; false if there is none.</summary>
    public bool TryRent(PacketOwner owner, out PacketHandle packet)
    {
        if (_freeCount == 0)
        {
            packet = default;
            return false;
        }

        int slot = _free[--_freeCount];
        _references[slot] = 1;
        if (IsChecked)
        {
            VerifyPoison(slot);
            CountOwner(slot, owner, 1);
        }

        packet = new PacketHandle(slot, _generations[slot]);
        return true;
    }

    /// <summary>Adds a reference, for one more holder of the same bytes.</summary>
    public void Retain(PacketHandle packet, PacketOwner owner)
    {
        Verify(packet);
        Invariant.Holds(_references[packet.Slot] < ushort.MaxValue, "a slot has too many holders");
        _references[packet.Slot]++;
        if (IsChecked)
        {
            CountOwner(packet.Slot, owner, 1);
        }
    }

    /// <summary>Gives a reference back; the last one frees the slot and ends the handle's life.</summary>
    public void Release(PacketHandle packet, PacketOwner owner)
    {
        Verify(packet);
        int slot = packet.Slot;
        if (IsChecked)
        {
            CountOwner(slot, owner, -1);
        }

        if (--_references[slot] > 0)
        {
            return;
        }

        uint next = packet.Generation + 1;
        _generations[slot] = next == 0 ? 1 : next;
        if (IsChecked)
        {
            PoisonSlot(slot);
        }

        _free[_freeCount++] = slot;
    }

    /// <summary>The whole slot: headroom, datagram, tailroom.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Slot(PacketHandle packet)
    {
        // What is verified is a slot of the slab, so its bounds need no second look.
        Verify(packet);
        return MemoryMarshal.CreateSpan(
            ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slab), packet.Slot * SlotBytes), SlotBytes);
    }

    public Span<byte> Span(PacketHandle packet, int offset, int length) => Slot(packet).Slice(offset, length);

    /// <summary>The slot's address. The slab is pinned, so the pointer stays good as long as the pool lives.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe byte* Pointer(PacketHandle packet)
    {
        Verify(packet);
        return (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_slab, packet.Slot * SlotBytes);
    }

    /// <summary>References held, by owner. Debug mode only; elsewhere all zero.</summary>
    public int CountHeldBy(PacketOwner owner)
    {
        int count = 0;
        for (int slot = 0; _ownerCounts is not null && slot < Capacity; slot++)
        {
            count += _ownerCounts[(slot * Owners) + (int)owner];
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Verify(PacketHandle packet) => Invariant.Holds(
        (uint)packet.Slot < (uint)_generations.Length && _generations[packet.Slot] == packet.Generation,
        "a packet was used after its release");

    private void CountOwner(int slot, PacketOwner owner, int change)
    {
        ref ushort count = ref _ownerCounts![(slot * Owners) + (int)owner];
        Invariant.Holds(count + change >= 0, "a packet was released by somebody who did not hold it");
        count = (ushort)(count + change);
    }

    private void PoisonSlot(int slot) => _slab.AsSpan(slot * SlotBytes, SlotBytes).Fill(Poison);

    private void VerifyPoison(int slot) => Invariant.Holds(
        !_slab.AsSpan(slot * SlotBytes, SlotBytes).ContainsAnyExcept(Poison), "a packet was written after its release");
}
