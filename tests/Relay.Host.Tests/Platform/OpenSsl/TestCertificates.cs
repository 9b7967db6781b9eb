using Relay.Host.Platform.OpenSsl;

namespace Relay.Host.Tests.Platform.OpenSsl;

internal static class TestCertificates
{
    internal static readonly DtlsCertificate Server = DtlsCertificate.CreateEcdsa(DateTimeOffset.UtcNow);
    internal static readonly DtlsCertificate Client = DtlsCertificate.CreateEcdsa(DateTimeOffset.UtcNow);
    internal static readonly DtlsCertificate Stranger = DtlsCertificate.CreateEcdsa(DateTimeOffset.UtcNow);
    internal static readonly DtlsCertificate RsaClient = DtlsCertificate.CreateRsa(2048, DateTimeOffset.UtcNow);

    /// <summary>Too large for its flight to fit one datagram.</summary>
    internal static readonly DtlsCertificate LargeRsaClient = DtlsCertificate.CreateRsa(3072, DateTimeOffset.UtcNow);
}
