using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;

namespace Relay.Host.Tests.Workers;

/// <summary>Makes one association that waits in every handshake step until it is let go on, and notes what it was given and where.</summary>
internal sealed class BlockingDtls : IDtlsAssociationFactory, IDtlsAssociation
{
    private readonly SemaphoreSlim _steps = new(0);

    /// <summary>The first byte of each datagram and the thread that brought it.</summary>
    public List<(byte First, int Thread)> Handled { get; } = [];

    /// <summary>The time that the last one was handled at, as it was told.</summary>
    public Instant HandledAt { get; private set; }

    /// <summary>Set when a step has begun.</summary>
    public SemaphoreSlim Begun { get; } = new(0);

    /// <summary>The thread that disposed of it; 0 before.</summary>
    public int DisposedBy { get; private set; }

    public int Slot { get; private set; } = -1;

    public DtlsState State { get; set; }

    public ushort SrtpProfile => 7;

    public CloseReason CloseReason => CloseReason.None;

    public Instant NextTimeout { get; set; } = Instant.Never;

    public int TimeoutsHandled { get; private set; }

    public int ClosesHandled { get; private set; }

    /// <summary>The threads that told it that the peer is there.</summary>
    public List<int> ConfirmedBy { get; } = [];

    public DtlsFingerprint LocalFingerprint => default;

    public void LetGoOn(int steps = 1) => _steps.Release(steps);

    public IDtlsAssociation Create(in DtlsFingerprint expectedPeer, int slot)
    {
        Slot = slot;
        return this;
    }

    public DropReason HandleDatagram(ReadOnlySpan<byte> datagram, Instant now)
    {
        if (State == DtlsState.Connecting)
        {
            Begun.Release();
            _steps.Wait(TimeSpan.FromSeconds(20));
        }

        HandledAt = now;
        Handled.Add((datagram[0], Environment.CurrentManagedThreadId));
        return DropReason.None;
    }

    public void HandleTimeout(Instant now) => TimeoutsHandled++;

    public void HandlePeerConfirmed() => ConfirmedBy.Add(Environment.CurrentManagedThreadId);

    public void HandleClose() => ClosesHandled++;

    public bool TryDequeueDatagram(Span<byte> destination, out int length)
    {
        length = 1;
        return true;
    }

    public bool TryExportKeyingMaterial(Span<byte> destination) => true;

    public void Dispose() => DisposedBy = Environment.CurrentManagedThreadId;
}
