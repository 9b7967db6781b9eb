namespace Relay.Host.Platform;

/// <summary>
/// Decides when refused trains mean that the offload is not to be used any more: only if it is the device that lacks something
/// (checksums), which is the same for everybody. A path that is narrower than the segments is one peer's affair, and a peer can
/// make its own as narrow as it likes. A mutable struct: keep it in a field.
/// </summary>
internal struct TrainRefusals
{
    /// <summary>So many trains in a row that a device refused, and that went through one by one, switch the offload off.</summary>
    public const int Max = 16;

    private int _count;

    /// <summary>A train was refused, and its datagrams went through one by one.</summary>
    /// <param name="error">Why it was.</param>
    /// <returns>True if no more trains are to be sent.</returns>
    public bool HandleRefused(int error) => error == LinuxSystemCalls.ErrorIO && ++_count == Max;

    /// <summary>A train was sent.</summary>
    public void HandleAccepted() => _count = 0;
}
