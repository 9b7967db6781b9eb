using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Relay.Core.Srtp;

namespace Relay.Core.Tests.Sfu;

/// <summary>An association that does what the test says: nothing happens by itself.</summary>
internal sealed class FakeDtls : IDtlsAssociation, IDtlsAssociationFactory
{
    public DtlsState State { get; set; }

    public ushort SrtpProfile { get; set; } = (ushort)Core.Srtp.SrtpProfile.AeadAes128Gcm;

    public CloseReason CloseReason { get; set; }

    public Instant NextTimeout { get; set; } = Instant.Never;

    public bool CanExport { get; set; } = true;

    public bool IsDisposed { get; private set; }

    public int Handled { get; private set; }

    public Queue<byte[]> ToSend { get; } = [];

    public DtlsFingerprint LocalFingerprint => default;

    public IDtlsAssociation Create(in DtlsFingerprint expectedPeer, int slot) => this;

    public DropReason HandleDatagram(ReadOnlySpan<byte> datagram, Instant now)
    {
        Handled++;
        return DropReason.None;
    }

    public void HandleTimeout(Instant now)
    {
        NextTimeout = Instant.Never;
        ToSend.Enqueue([22, 7]);
    }

    public int Confirmations { get; private set; }

    public void HandlePeerConfirmed() => Confirmations++;

    public void HandleClose() => ToSend.Enqueue([21, 0]);

    public bool TryDequeueDatagram(Span<byte> destination, out int length)
    {
        length = 0;
        if (!ToSend.TryDequeue(out byte[]? datagram))
        {
            return false;
        }

        datagram.CopyTo(destination);
        length = datagram.Length;
        return true;
    }

    public bool TryExportKeyingMaterial(Span<byte> destination)
    {
        destination[..SrtpProfiles.KeyingMaterialLength((SrtpProfile)SrtpProfile)].Fill(5);
        return CanExport;
    }

    public void Dispose() => IsDisposed = true;
}
