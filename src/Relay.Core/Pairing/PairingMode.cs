namespace Relay.Core.Pairing;

/// <summary>A way of talking. Sessions meet only within one.</summary>
public enum PairingMode : byte
{
    Text = 0,
    Voice = 1,
    Video = 2,
}

/// <summary>Which modes a session may ask for.</summary>
[Flags]
public enum ModeSet : byte
{
    None = 0,
    Text = 1 << PairingMode.Text,
    Voice = 1 << PairingMode.Voice,
    Video = 1 << PairingMode.Video,
    All = Text | Voice | Video,
}

/// <summary>What the modes mean for pairing.</summary>
public static class PairingModes
{
    /// <summary>Number of modes; they count from 0.</summary>
    public const int Count = 3;

    /// <summary>Voice and video need a connected leg on both sides.</summary>
    public static bool NeedsLeg(this PairingMode mode) => mode != PairingMode.Text;

    public static bool Allows(this ModeSet set, PairingMode mode) => ((byte)set & (1 << (byte)mode)) != 0;
}
