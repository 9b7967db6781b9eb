namespace Relay.Host.Check;

/// <summary>Why a way to the relay does not work, in words for the operator.</summary>
internal sealed class ProbeException(string message) : Exception(message);
