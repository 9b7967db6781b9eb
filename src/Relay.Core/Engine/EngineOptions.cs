using Relay.Core.Ice;
using Relay.Core.Sfu;

namespace Relay.Core.Engine;

/// <summary>Limits of one engine.</summary>
public sealed record EngineOptions
{
    /// <summary>The most transports at a time, 1 to 65,536.</summary>
    public int TransportsMax { get; init; } = 1000;

    /// <summary>The most datagrams waiting for one send call.</summary>
    public int TransmitQueueCapacity { get; init; } = 4096;

    public IceOptions Ice { get; init; } = IceOptions.Default;

    public SfuOptions Sfu { get; init; } = new();
}
