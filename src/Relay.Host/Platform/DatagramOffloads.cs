namespace Relay.Host.Platform;

/// <summary>What a socket lets the kernel do for it.</summary>
[Flags]
public enum DatagramOffloads
{
    None = 0,

    /// <summary>Cuts one message into datagrams for sending (UDP_SEGMENT, "GSO", Linux 4.18).</summary>
    Send = 1,

    /// <summary>Hands over datagrams of one flow as one message (UDP_GRO, Linux 5.0).</summary>
    Receive = 2,

    /// <summary>Says when each message arrived (SO_TIMESTAMPNS).</summary>
    Timestamps = 4,
}
