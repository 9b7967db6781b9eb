using System.Net.Sockets;

namespace Relay.Host.Check;

/// <summary>Why a way to the relay does not work, in words for the operator.</summary>
internal sealed class ProbeException(string message) : Exception(message)
{
    /// <summary>What an error of a socket means.</summary>
    /// <param name="error">The error.</param>
    /// <param name="refused">What it means if the other side refuses.</param>
    public static ProbeException Of(SocketException error, string refused) => new(error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => refused,
        SocketError.NetworkUnreachable => "this machine has no route to that address",
        // What firewalls answer that reject as "prohibited" (firewalld does) comes out as this error.
        SocketError.HostUnreachable =>
            "a firewall rejects it, or there is no such machine: either reads as \"" + Text(error) + "\"",
        SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable =>
            "this machine has no address of that family (is IPv6 off here?): try from one that has",
        SocketError.AccessDenied => "a firewall on this machine forbids it",
        SocketError.TimedOut => "no answer to the connection: a firewall drops TCP to this port",
        SocketError.InvalidArgument => "no packet can be sent to that address from here",
        _ => Text(error),
    });

    /// <summary>The system's words, in one line.</summary>
    public static string Text(Exception error) => error.Message.ReplaceLineEndings(" ").TrimEnd('.');
}
