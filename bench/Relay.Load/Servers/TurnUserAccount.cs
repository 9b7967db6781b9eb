namespace Relay.Load.Servers;

/// <summary>The one user that TURN servers of benches know.</summary>
internal static class TurnUserAccount
{
    public const string Realm = "relay";
    public const string Name = "load";
    public const string Password = "load-password";
}
