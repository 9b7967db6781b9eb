using System.Net;
using System.Net.Sockets;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Host.Tests.Check;

/// <summary>A UDP server on loopback that answers each datagram with what the test says; null for nothing.</summary>
internal sealed class StunServerStub : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public StunServerStub(Func<byte[], byte[]?> answer)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _ = ServeAsync(answer);
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>The answer to a Binding request, with that mapped address.</summary>
    public static byte[] Mapped(byte[] request, TransportAddress mapped)
    {
        if (StunMessageReader.TryParse(request, out StunMessageReader asked) != DropReason.None)
        {
            return [];
        }

        byte[] buffer = new byte[128];
        var writer = new StunMessageWriter(buffer);
        writer.WriteHeader(StunClass.SuccessResponse, asked.Method, asked.TransactionId);
        writer.AddXorMappedAddress(mapped);
        return buffer[..writer.Length];
    }

    /// <summary>An error answer.</summary>
    public static byte[] Error(byte[] request, int code, params (ushort Type, byte[] Value)[] attributes)
    {
        if (StunMessageReader.TryParse(request, out StunMessageReader asked) != DropReason.None)
        {
            return [];
        }

        byte[] buffer = new byte[512];
        var writer = new StunMessageWriter(buffer);
        writer.WriteHeader(StunClass.ErrorResponse, asked.Method, asked.TransactionId);
        writer.AddErrorCode(code);
        foreach ((ushort type, byte[] value) in attributes)
        {
            writer.AddAttribute(type, value);
        }

        return buffer[..writer.Length];
    }

    public void Dispose() => _socket.Dispose();

    private async Task ServeAsync(Func<byte[], byte[]?> answer)
    {
        byte[] buffer = new byte[2048];
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                if (answer(buffer[..received.ReceivedBytes]) is { } datagram)
                {
                    await _socket.SendToAsync(datagram, received.RemoteEndPoint);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
