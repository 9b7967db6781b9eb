using Relay.Core.Pairing;

namespace Relay.Host.Api;

/// <summary>The modes by their names in the API.</summary>
internal static class ModeNames
{
    private static readonly string[] Names = ["text", "voice", "video"];

    public static string Of(PairingMode mode) => Names[(int)mode];

    public static bool TryParse(string? name, out PairingMode mode)
    {
        int index = Array.IndexOf(Names, name);
        mode = (PairingMode)Math.Max(index, 0);
        return index >= 0;
    }

    /// <summary>The names in a set, in the order text, voice, video.</summary>
    public static string[] Of(ModeSet set) => [.. Names.Where((_, i) => set.Allows((PairingMode)i))];

    public static string Of(SessionState state) => state switch
    {
        SessionState.New => "new",
        SessionState.Ready => "ready",
        SessionState.Preflight => "preflight",
        SessionState.Queued => "queued",
        SessionState.Paired => "paired",
        _ => "closed",
    };
}
