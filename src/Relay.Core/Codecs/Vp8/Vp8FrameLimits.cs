namespace Relay.Core.Codecs.Vp8;

/// <summary>What a frame may cost, whatever its sender says.</summary>
public sealed record Vp8FrameLimits
{
    /// <summary>Packets of a frame.</summary>
    public int PacketsMax { get; init; } = 1024;

    /// <summary>Bytes of a frame without payload descriptors.</summary>
    public int BytesMax { get; init; } = 1 << 20;

    /// <summary>Width and height in pixels.</summary>
    public int SideMax { get; init; } = 4096;

    /// <summary>Pixels; the time and memory of decoding grow with them. The default has room for 1080 lines.</summary>
    public int AreaMax { get; init; } = 2048 * 1152;
}
