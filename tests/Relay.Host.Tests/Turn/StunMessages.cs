using System.Text;
using Relay.Core.Stun;

namespace Relay.Host.Tests.Turn;

/// <summary>STUN requests as clients send them.</summary>
internal static class StunMessages
{
    public static byte[] Binding(string? username = null) => Request(StunMethod.Binding, username);

    public static byte[] Allocate(string? username = null) => Request(StunMethod.Allocate, username);

    public static byte[] ConnectionBind(uint id, string? username = null) => Request(StunMethod.ConnectionBind, username, id);

    /// <summary>Behind RFC 4571's length.</summary>
    public static byte[] Framed(byte[] packet) => [(byte)(packet.Length >> 8), (byte)packet.Length, .. packet];

    private static byte[] Request(StunMethod method, string? username, uint connection = 0)
    {
        byte[] bytes = new byte[512];
        var writer = new StunMessageWriter(bytes);
        writer.WriteHeader(StunClass.Request, method, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        if (username is not null)
        {
            writer.AddUsername(Encoding.ASCII.GetBytes(username));
        }

        if (connection != 0)
        {
            writer.AddUInt32(StunAttributeType.ConnectionId, connection);
        }

        return bytes[..writer.Length];
    }
}
