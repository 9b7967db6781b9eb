using Relay.Core.Pairing;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class SessionDirectoryTests
{
    [Fact]
    public void Sessions_are_found_by_id_and_by_token_until_they_are_removed()
    {
        var directory = new SessionDirectory();
        string token = SessionToken.Create();
        Assert.True(SessionToken.TryHash(token, out TokenHash hash));
        var session = new ClientSession("id", hash, ModeSet.All, new SessionKey(1, 1));
        directory.Add(session);
        Assert.Same(session, directory.Find("id"));
        Assert.Same(session, directory.FindByToken(token));
        Assert.Null(directory.Find("ID"));
        Assert.Null(directory.FindByToken(SessionToken.Create()));
        Assert.Null(directory.FindByToken(null));
        Assert.Equal(1, directory.Count);
        directory.Remove(session);
        Assert.Null(directory.Find("id"));
        Assert.Null(directory.FindByToken(token));
        Assert.Equal(0, directory.Count);
    }
}
