namespace Relay.Host.Configuration;

/// <summary>The admin API: plain transports and rooms built by hand. A listener of its own, off by default.</summary>
public sealed class AdminOptions
{
    /// <summary>
    /// Where the admin API listens: http://address:port; port 0 takes a free one. Default empty: no admin API. Risk: whoever
    /// has the key can send media from this machine to any address; the key travels in the clear, so stay on loopback or a
    /// private network.
    /// </summary>
    [Option(Format = OptionFormat.OptionalListenUrl)]
    public string Listen { get; set; } = string.Empty;

    /// <summary>
    /// The bearer key that every admin request must carry: 16 to 256 printable ASCII characters without spaces. Default
    /// empty; needed when Listen is set. Risk: other users of the machine can read a command line, so use the environment or
    /// a file that only the relay can read.
    /// </summary>
    [Option(Format = OptionFormat.Secret)]
    public string Key { get; set; } = string.Empty;

    /// <summary>
    /// Allows Listen to be an address that other machines can reach. Default false. Risk: without TLS in front, the key can be
    /// read on the way.
    /// </summary>
    [Option]
    public bool AllowRemote { get; set; }

    /// <summary>Rooms at a time; the next gets 503. Default 1000, 1 to 100000 rooms.</summary>
    [Option(Min = 1, Max = 100_000, Unit = "rooms")]
    public int MaxRooms { get; set; } = 1000;
}
