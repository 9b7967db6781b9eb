using System.Net;
using System.Net.Sockets;
using Relay.Core.Diagnostics;
using Relay.Core.Stun;

namespace Relay.Host.Check;

/// <summary>STUN over UDP, with retransmissions (RFC 8489 section 6.2.1).</summary>
internal sealed class DatagramChannel : IProbeChannel
{
    private const string Refused =
        "refused: nothing listens on this UDP port, or a firewall rejects it. Is the relay running, with these options?";

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    private readonly Socket _socket;
    private readonly TimeSpan _limit;

    private DatagramChannel(Socket socket, TimeSpan limit)
    {
        _socket = socket;
        _limit = limit;
    }

    public IPEndPoint Local => (IPEndPoint)_socket.LocalEndPoint!;

    /// <param name="remote">The server.</param>
    /// <param name="limit">The longest wait for an answer.</param>
    /// <exception cref="ProbeException">There is no route.</exception>
    public static DatagramChannel Open(IPEndPoint remote, TimeSpan limit)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            // Connected, so that the system tells of an ICMP error, and only this server's answers come in.
            socket.Connect(remote);
            return new DatagramChannel(socket, limit);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw ProbeException.Of(e, Refused);
        }
    }

    public async Task<byte[]> AskAsync(byte[] request)
    {
        byte[] buffer = new byte[ushort.MaxValue];
        using var limit = new CancellationTokenSource(_limit);
        bool isStranger = false;
        try
        {
            Task<int> received = _socket.ReceiveAsync(buffer, SocketFlags.None, limit.Token).AsTask();
            for (TimeSpan wait = FirstWait; ; wait *= 2)
            {
                await _socket.SendAsync(request, SocketFlags.None, limit.Token);
                var next = Task.Delay(wait, limit.Token);
                while (await Task.WhenAny(received, next) == received)
                {
                    byte[] datagram = buffer[..await received];
                    if (StunConversation.IsAnswer(request, datagram))
                    {
                        return datagram;
                    }

                    isStranger |= !IsStun(datagram);
                    received = _socket.ReceiveAsync(buffer, SocketFlags.None, limit.Token).AsTask();
                }

                await next;
            }
        }
        catch (OperationCanceledException)
        {
            throw new ProbeException(isStranger
                ? "something answers there that does not speak STUN: another program has this port"
                : "no answer: a firewall drops UDP to this port, or the address leads to another machine. A NAT that does not "
                    + "lead its own inside back looks the same; then try from a machine outside");
        }
        catch (SocketException e)
        {
            throw ProbeException.Of(e, Refused);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsStun(byte[] datagram) =>
        StunMessageReader.TryParse(datagram, out StunMessageReader message) == DropReason.None
        && message.Class != StunClass.Request;
}
