using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class StreamErrorsTests
{
    public static TheoryData<Exception, bool> Errors => new()
    {
        { new ConnectionResetException("reset"), true },
        { new ConnectionAbortedException("aborted"), true },
        { new AuthenticationException("bad handshake"), true },
        { new ObjectDisposedException("socket"), true },
        { new InvalidOperationException("wrapped", new IOException("reset")), true },
        { new InvalidOperationException("Invariant broken"), false },
        { new NotSupportedException(), false },
    };

    [Theory]
    [MemberData(nameof(Errors), DisableDiscoveryEnumeration = true)]
    public void Our_own_bugs_are_not_the_networks(Exception error, bool isNetwork) =>
        Assert.Equal(isNetwork, StreamErrors.IsNetwork(error));
}
