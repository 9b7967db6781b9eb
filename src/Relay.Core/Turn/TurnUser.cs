namespace Relay.Core.Turn;

/// <summary>A user with a password of its own, from configuration. Not a record, so that nothing prints the password.</summary>
/// <param name="name">1 to 508 bytes of UTF-8.</param>
/// <param name="password">1 to 256 bytes of UTF-8.</param>
public sealed class TurnUser(string name, string password)
{
    public string Name { get; } = name;

    public string Password { get; } = password;
}
