namespace Relay.Host.Turn;

internal enum ProxyHeaderStatus : byte
{
    /// <summary>The stream begins with something else.</summary>
    None,

    /// <summary>So far it may be one.</summary>
    Incomplete,

    Complete,

    /// <summary>It begins as one and goes on as none.</summary>
    Broken,
}
