namespace Relay.Core.Codecs;

/// <summary>What an m-line carries.</summary>
public enum MediaKind : byte
{
    Audio,
    Video,
}
