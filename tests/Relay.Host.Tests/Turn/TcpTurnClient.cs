using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

/// <summary>A TURN client on a TCP or TLS stream, or on UDP as if it were one, with long-term credentials.</summary>
internal sealed class TcpTurnClient : IDisposable
{
    public const string User = "alice";
    public const string Password = "a-password";

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private int _transaction;
    private byte[] _realm = [];
    private byte[] _nonce = [];

    public TcpTurnClient(Stream stream) => Stream = stream;

    public Stream Stream { get; }

    /// <summary>The relayed address.</summary>
    public IPEndPoint Relayed { get; private set; } = new(0, 0);

    public static async Task<TcpTurnClient> ConnectAsync(int port, bool tls = false)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        var clear = new NetworkStream(socket, ownsSocket: true);
        if (!tls)
        {
            return new TcpTurnClient(clear);
        }

        var ssl = new SslStream(clear, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await ssl.AuthenticateAsClientAsync("localhost").WaitAsync(Long);
        return new TcpTurnClient(ssl);
    }

    /// <summary>One on UDP.</summary>
    public static TcpTurnClient ConnectUdp(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        return new TcpTurnClient(new DatagramStream(socket));
    }

    /// <summary>One with a TCP allocation.</summary>
    public static async Task<TcpTurnClient> AllocateAsync(int port, bool tls = false)
    {
        TcpTurnClient client = await ConnectAsync(port, tls);
        byte[] answer = await client.AskAsync(
            StunMethod.Allocate, (ref writer) => writer.AddAttribute(StunAttributeType.RequestedTransport, [6, 0, 0, 0]));
        Assert.Equal(0, ErrorOf(answer));
        Assert.True(Parse(answer).TryGetXorAddress(StunAttributeType.XorRelayedAddress, out TransportAddress relayed));
        client.Relayed = relayed.ToEndPoint();
        return client;
    }

    /// <summary>A data connection that is bound to a peer's.</summary>
    public static async Task<TcpTurnClient> BindAsync(int port, uint id, bool tls = false)
    {
        TcpTurnClient data = await ConnectAsync(port, tls);
        byte[] answer = await data.AskAsync(
            StunMethod.ConnectionBind, (ref writer) => writer.AddUInt32(StunAttributeType.ConnectionId, id));
        Assert.Equal(0, ErrorOf(answer));
        return data;
    }

    /// <summary>Asks for an allocation with a UDP transport; 0 or the error.</summary>
    public async Task<int> AllocateUdpAsync() => ErrorOf(await AskAsync(
        StunMethod.Allocate, (ref writer) => writer.AddAttribute(StunAttributeType.RequestedTransport, [17, 0, 0, 0])));

    /// <summary>Refreshes; the lifetime in seconds, or the error.</summary>
    public async Task<(uint Lifetime, int Error)> RefreshAsync()
    {
        byte[] answer = await AskAsync(StunMethod.Refresh, (ref writer) => writer.AddUInt32(StunAttributeType.Lifetime, 600));
        Parse(answer).TryGetUInt32(StunAttributeType.Lifetime, out uint lifetime);
        return (lifetime, ErrorOf(answer));
    }

    public async Task PermitAsync(IPEndPoint peer) =>
        Assert.Equal(0, ErrorOf(await AskAsync(StunMethod.CreatePermission, Peer(peer))));

    /// <summary>The id of a connection, or the error.</summary>
    public async Task<(uint Id, int Error)> ConnectToAsync(IPEndPoint peer)
    {
        byte[] answer = await AskAsync(StunMethod.Connect, Peer(peer));
        Parse(answer).TryGetUInt32(StunAttributeType.ConnectionId, out uint id);
        return (id, ErrorOf(answer));
    }

    /// <summary>The id that a ConnectionAttempt carries.</summary>
    public async Task<uint> AttemptAsync()
    {
        byte[] indication = await ReadMessageAsync();
        Assert.Equal(StunMethod.ConnectionAttempt, Parse(indication).Method);
        Assert.True(Parse(indication).TryGetUInt32(StunAttributeType.ConnectionId, out uint id));
        return id;
    }

    public Task SendAsync(byte[] bytes) => Stream.WriteAsync(bytes).AsTask().WaitAsync(Long);

    public async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        await Stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(Long);
        return bytes;
    }

    /// <summary>True once the other side has ended the connection.</summary>
    public Task<bool> IsClosedAsync() => IsClosedAsync(Stream);

    public static async Task<bool> IsClosedAsync(Stream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Long) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Asks, and answers a challenge.</summary>
    public async Task<byte[]> AskAsync(StunMethod method, AddAttributes add)
    {
        for (int attempt = 0; ; attempt++)
        {
            await SendAsync(Build(method, add));
            byte[] answer = await ReadMessageAsync();
            if (ErrorOf(answer) is not (StunErrorCode.Unauthenticated or StunErrorCode.StaleNonce) || attempt == 2)
            {
                return answer;
            }

            _realm = Value(answer, StunAttributeType.Realm);
            _nonce = Value(answer, StunAttributeType.Nonce);
        }
    }

    public void Dispose() => Stream.Dispose();

    internal delegate void AddAttributes(ref StunMessageWriter writer);

    private static AddAttributes Peer(IPEndPoint peer) => (ref writer) =>
        writer.AddXorAddress(StunAttributeType.XorPeerAddress, TransportAddress.FromEndPoint(peer));

    private static StunMessageReader Parse(byte[] message)
    {
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(message, out StunMessageReader reader));
        return reader;
    }

    public static int ErrorOf(byte[] message)
    {
        Parse(message).TryGetErrorCode(out int code);
        return code;
    }

    private static byte[] Value(byte[] message, ushort type)
    {
        Assert.True(Parse(message).TryGetAttribute(type, out ReadOnlySpan<byte> value));
        return value.ToArray();
    }

    private async Task<byte[]> ReadMessageAsync()
    {
        byte[] header = await ReadAsync(StunMessageReader.HeaderBytes);
        return [.. header, .. await ReadAsync(BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)))];
    }

    private byte[] Build(StunMethod method, AddAttributes add)
    {
        byte[] buffer = new byte[512];
        byte[] transaction = new byte[StunMessageReader.TransactionIdBytes];
        BitConverter.TryWriteBytes(transaction, ++_transaction);
        var writer = new StunMessageWriter(buffer);
        writer.WriteHeader(StunClass.Request, method, transaction);
        add(ref writer);
        if (_nonce.Length > 0)
        {
            writer.AddUsername(Encoding.ASCII.GetBytes(User));
            writer.AddAttribute(StunAttributeType.Realm, _realm);
            writer.AddAttribute(StunAttributeType.Nonce, _nonce);
            byte[] key = new byte[LongTermKey.MaxBytes];
            int length = LongTermKey.Write(
                PasswordAlgorithm.Md5, Encoding.ASCII.GetBytes(User), _realm, Encoding.ASCII.GetBytes(Password), key);
            writer.AddMessageIntegrity(key.AsSpan(0, length));
        }

        return buffer[..writer.Length];
    }
}
