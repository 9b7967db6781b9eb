using Relay.Core.Dtls;
using Relay.Host.Platform.OpenSsl;

namespace Relay.Host.Tests.Platform.OpenSsl;

/// <summary>What differs from an honest pair with default options.</summary>
internal sealed record DtlsPairSetup
{
    internal string? ClientProfiles { get; init; }

    internal string? ServerProfiles { get; init; }

    internal DtlsCertificate? ClientCertificate { get; init; }

    internal bool HasClientCertificate { get; init; } = true;

    internal DtlsFingerprint? ExpectedClient { get; init; }

    internal DtlsFingerprint? ExpectedServer { get; init; }
}
