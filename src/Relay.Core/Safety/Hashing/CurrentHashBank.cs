namespace Relay.Core.Safety.Hashing;

/// <summary>
/// The bank in use. Another one takes its place at once: who looks through the old one finishes there, and nobody ever sees
/// half of each.
/// </summary>
public sealed class CurrentHashBank
{
    private HashBank _bank = HashBank.Empty;

    /// <summary>Read and set by any thread.</summary>
    public HashBank Value
    {
        get => Volatile.Read(ref _bank);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Volatile.Write(ref _bank, value);
        }
    }
}
