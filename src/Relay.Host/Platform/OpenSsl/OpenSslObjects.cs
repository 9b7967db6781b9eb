namespace Relay.Host.Platform.OpenSsl;

/// <summary>Counts the OpenSSL objects that this process has made and not yet freed, so that a leak can be seen.</summary>
public static class OpenSslObjects
{
    private static long _live;

    /// <summary>Contexts, associations and BIOs alive now.</summary>
    public static long Live => Interlocked.Read(ref _live);

    internal static void Created(int count) => Interlocked.Add(ref _live, count);

    internal static void Freed(int count) => Interlocked.Add(ref _live, -count);
}
