using System.Globalization;
using System.Security.Cryptography;

namespace Relay.Host.Turn;

/// <summary>User names of time-limited credentials: the time at which they end, and who for.</summary>
internal static class TurnUsername
{
    private const int TagBytes = 8;
    private const char Separator = ':';
    private const char WorkerEnd = '-';

    /// <summary>"expiry:worker-random": one session's. It names the worker, so that a stream can be led to it.</summary>
    public static string ForSession(DateTimeOffset expiry, int worker)
    {
        string tag = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TagBytes));
        return Of(expiry, worker.ToString(CultureInfo.InvariantCulture) + WorkerEnd + tag);
    }

    /// <summary>"expiry:name", or the expiry alone if the name is empty.</summary>
    public static string Of(DateTimeOffset expiry, string name)
    {
        string seconds = expiry.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return name.Length == 0 ? seconds : seconds + Separator + name;
    }

    /// <summary>The worker that a session's user name names; false for every other user name.</summary>
    public static bool TryReadWorker(ReadOnlySpan<byte> username, out int worker)
    {
        worker = 0;
        ReadOnlySpan<byte> name = username[(username.IndexOf((byte)Separator) + 1)..];
        int end = name.IndexOf((byte)WorkerEnd);
        return name.Length < username.Length
            && end > 0
            && int.TryParse(name[..end], NumberStyles.None, CultureInfo.InvariantCulture, out worker);
    }
}
