using System.Collections.Concurrent;

namespace Relay.Host.Api;

/// <summary>
/// The sessions alive, by id and by token. Written by the pairing loop, read by requests. Tokens are found by their
/// SHA-256, so how long a look-up takes says nothing about a token.
/// </summary>
internal sealed class SessionDirectory
{
    private readonly ConcurrentDictionary<string, ClientSession> _byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<TokenHash, ClientSession> _byToken = new();

    public int Count => _byId.Count;

    public void Add(ClientSession session)
    {
        _byId[session.Id] = session;
        _byToken[session.TokenHash] = session;
    }

    public void Remove(ClientSession session)
    {
        _byId.TryRemove(session.Id, out _);
        _byToken.TryRemove(session.TokenHash, out _);
    }

    public ClientSession? Find(string id) => _byId.GetValueOrDefault(id);

    public ClientSession? FindByToken(string? token) =>
        SessionToken.TryHash(token, out TokenHash hash)
            && _byToken.TryGetValue(hash, out ClientSession? session)
            && SessionToken.Same(hash, session.TokenHash)
            ? session
            : null;
}
