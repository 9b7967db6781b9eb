namespace Relay.Core.Turn;

/// <summary>The sockets behind relayed addresses, for peers outside of this process. Called by the worker's thread.</summary>
public interface IRelayPorts
{
    /// <summary>Opens a UDP port on the relay's address of the family; false if it is taken or there is no socket left.</summary>
    /// <param name="isIPv6">The family.</param>
    /// <param name="port">The port, as drawn.</param>
    /// <param name="isShared">Many allocations will have it: it carries more than another.</param>
    /// <param name="handle">
    /// 1 or more, different from all that are open and from those closed before: datagrams that name one in
    /// <see cref="Buffers.Transmit.Via"/> may still be queued.
    /// </param>
    bool TryOpen(bool isIPv6, ushort port, bool isShared, out int handle);

    void Close(int handle);
}
