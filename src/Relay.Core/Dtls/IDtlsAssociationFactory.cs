namespace Relay.Core.Dtls;

/// <summary>Makes DTLS associations that all show the relay's one certificate.</summary>
public interface IDtlsAssociationFactory
{
    /// <summary>The relay's own certificate, for the SDP answer.</summary>
    DtlsFingerprint LocalFingerprint { get; }

    /// <summary>A new association whose peer must show a certificate with this fingerprint.</summary>
    IDtlsAssociation Create(in DtlsFingerprint expectedPeer);
}
