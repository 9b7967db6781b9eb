using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Relay.Core.Srtp;

namespace Relay.Simulation;

/// <summary>
/// Stands in for OpenSSL, which reads the real clock: any datagram that starts like a DTLS record completes the
/// handshake, a second content byte 0xff ends the association. The keys are those of the fingerprint's first byte. As with
/// OpenSSL they are gone once the peer is confirmed, which must not come before.
/// </summary>
public sealed class ScriptedDtls(SrtpProfile profile) : IDtlsAssociationFactory
{
    public static readonly byte[] Hello = [22, 0];
    public static readonly byte[] Goodbye = [22, 0xff];

    /// <summary>Associations created and not disposed.</summary>
    public int LiveCount { get; private set; }

    /// <summary>How often a peer was confirmed.</summary>
    public int ConfirmedCount { get; private set; }

    public DtlsFingerprint LocalFingerprint => Fingerprint(0);

    public static DtlsFingerprint Fingerprint(byte seed) =>
        new(DtlsFingerprintAlgorithm.Sha256, Enumerable.Repeat(seed, 32).ToArray());

    /// <summary>The keying material that an association with this seed exports.</summary>
    public static byte[] KeyingMaterial(SrtpProfile profile, byte seed)
    {
        byte[] material = new byte[SrtpProfiles.KeyingMaterialLength(profile)];
        new Random(seed).NextBytes(material);
        return material;
    }

    public IDtlsAssociation Create(in DtlsFingerprint expectedPeer, int slot)
    {
        LiveCount++;
        return new Association(this, profile, expectedPeer.Value[0]);
    }

    private sealed class Association(ScriptedDtls owner, SrtpProfile profile, byte seed) : IDtlsAssociation
    {
        private bool _hasExported;
        private bool _isConfirmed;
        private bool _isDisposed;

        public DtlsState State { get; private set; }

        public ushort SrtpProfile => (ushort)profile;

        public CloseReason CloseReason { get; private set; }

        public Instant NextTimeout => Instant.Never;

        public DropReason HandleDatagram(ReadOnlySpan<byte> datagram, Instant now)
        {
            if (State == DtlsState.Closed)
            {
                return DropReason.DtlsAfterClose;
            }

            if (datagram.Length < 2)
            {
                return DropReason.DtlsMalformed;
            }

            State = datagram[1] == 0xff ? DtlsState.Closed : DtlsState.Connected;
            CloseReason = State == DtlsState.Closed ? CloseReason.PeerClosed : CloseReason.None;
            return DropReason.None;
        }

        public void HandleTimeout(Instant now)
        {
        }

        public void HandlePeerConfirmed()
        {
            Invariant.Holds(_hasExported && !_isDisposed, "a peer is confirmed by a packet under the exported keys");
            _isConfirmed = true;
            owner.ConfirmedCount++;
        }

        public void HandleClose() => State = DtlsState.Closed;

        public bool TryDequeueDatagram(Span<byte> destination, out int length)
        {
            length = 0;
            return false;
        }

        public bool TryExportKeyingMaterial(Span<byte> destination)
        {
            if (State != DtlsState.Connected || _isConfirmed)
            {
                return false;
            }

            KeyingMaterial(profile, seed).CopyTo(destination);
            _hasExported = true;
            return true;
        }

        public void Dispose()
        {
            owner.LiveCount -= _isDisposed ? 0 : 1;
            _isDisposed = true;
        }
    }
}
