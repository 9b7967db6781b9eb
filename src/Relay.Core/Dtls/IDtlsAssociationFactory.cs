namespace Relay.Core.Dtls;

/// <summary>Makes DTLS associations that all show the relay's one certificate.</summary>
public interface IDtlsAssociationFactory
{
    /// <summary>The relay's own certificate, for the SDP answer.</summary>
    DtlsFingerprint LocalFingerprint { get; }

    /// <summary>A new association.</summary>
    /// <param name="expectedPeer">The peer must show a certificate with this fingerprint.</param>
    /// <param name="slot">The slot of its transport, so that one that works on another thread can say whose news it has.</param>
    IDtlsAssociation Create(in DtlsFingerprint expectedPeer, int slot);
}
