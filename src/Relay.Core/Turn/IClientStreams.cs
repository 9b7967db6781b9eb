using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>The TCP and TLS connections that clients speak TURN on. Called by the worker's thread.</summary>
public interface IClientStreams
{
    /// <summary>Has a stream closed once what was sent to it before is written; without effect if it is gone.</summary>
    void Close(in TransportAddress stream);
}
