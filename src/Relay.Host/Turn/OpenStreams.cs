using System.Net;
using Relay.Core.Primitives;

namespace Relay.Host.Turn;

/// <summary>
/// How many connections are open (or in a TLS handshake), in all and from one source, which is kept only as a hash
/// (<see cref="SipHash.HashSource"/>) under a key made at start. Memory is bounded by the connections that are open. Thread-safe.
/// </summary>
internal sealed class OpenStreams(int max, int perSourceMax, RandomSource random)
{
    private readonly SipHash _hash = new(random);
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, int> _sources = [];
    private int _count;

    /// <summary>Connections that are open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Counts a connection; false if there are too many. What was counted must be <see cref="Remove"/>d.</summary>
    public bool TryAdd(IPAddress source)
    {
        ulong key = Key(source);
        lock (_lock)
        {
            int fromSource = _sources.GetValueOrDefault(key);
            if (_count >= max || fromSource >= perSourceMax)
            {
                return false;
            }

            _sources[key] = fromSource + 1;
            Volatile.Write(ref _count, _count + 1);
            return true;
        }
    }

    public void Remove(IPAddress source)
    {
        ulong key = Key(source);
        lock (_lock)
        {
            int left = _sources[key] - 1;
            if (left > 0)
            {
                _sources[key] = left;
            }
            else
            {
                _sources.Remove(key);
            }

            Volatile.Write(ref _count, _count - 1);
        }
    }

    private ulong Key(IPAddress source) => _hash.HashSource(TransportAddress.FromEndPoint(new IPEndPoint(source, 0)));
}
