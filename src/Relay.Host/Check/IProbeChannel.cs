using System.Net;

namespace Relay.Host.Check;

/// <summary>One way to a server that is asked STUN's questions, one after the other.</summary>
internal interface IProbeChannel : IDisposable
{
    /// <summary>Its end here.</summary>
    IPEndPoint Local { get; }

    /// <summary>Sends a request, over UDP again and again; returns the answer to it.</summary>
    /// <exception cref="ProbeException">There is none.</exception>
    Task<byte[]> AskAsync(byte[] request);
}
