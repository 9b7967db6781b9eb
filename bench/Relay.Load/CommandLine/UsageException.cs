namespace Relay.Load.CommandLine;

/// <summary>The command cannot be run as it was given; the message says what to change.</summary>
internal sealed class UsageException(string message) : Exception(message);
