using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>What garbage looks like at its first bytes.</summary>
internal enum GarbageKind
{
    Stun,
    Dtls,
    Rtp,
    Rtcp,
    Noise,
}

/// <summary>Sends garbage at a steady rate from several ports, a millisecond's worth at a time.</summary>
internal sealed class Flooder : IDisposable
{
    private const int SourcePorts = 8;
    private const int Patterns = 256;
    private const int DatagramMaxBytes = 1200;

    private readonly Socket[] _sockets = new Socket[SourcePorts];
    private readonly byte[][] _datagrams = new byte[Patterns][];

    /// <param name="target">The media port.</param>
    /// <param name="seed">Of the garbage.</param>
    public Flooder(IPEndPoint target, int seed)
    {
        for (int i = 0; i < SourcePorts; i++)
        {
            _sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            _sockets[i].Bind(new IPEndPoint(IPAddress.Parse("127.66.6.6"), 0));
            _sockets[i].Connect(target);
        }

        var random = new Random(seed);
        GarbageKind[] kinds = Enum.GetValues<GarbageKind>();
        for (int i = 0; i < Patterns; i++)
        {
            _datagrams[i] = Make(kinds[i % kinds.Length], random);
        }
    }

    /// <summary>Datagrams that the system took, in all runs.</summary>
    public long Sent { get; private set; }

    /// <summary>How long the last run took.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>One piece of garbage.</summary>
    public static byte[] Make(GarbageKind kind, Random random)
    {
        byte[] datagram = new byte[random.Next(20, kind == GarbageKind.Rtp ? DatagramMaxBytes : 200) & ~3];
        random.NextBytes(datagram);
        switch (kind)
        {
            case GarbageKind.Stun:
                BinaryPrimitives.WriteUInt16BigEndian(datagram, 1);
                BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), (ushort)(datagram.Length - 20));
                BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(4), 0x2112A442);
                break;
            case GarbageKind.Dtls:
                datagram[0] = (byte)random.Next(20, 64);
                BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(1), 0xFEFD);
                BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(11), (ushort)(datagram.Length - 13));
                break;
            case GarbageKind.Rtp:
                datagram[0] = 0x80;
                datagram[1] = 96;
                break;
            case GarbageKind.Rtcp:
                datagram[0] = 0x81;
                datagram[1] = 200;
                break;
            default:
                break;
        }

        return datagram;
    }

    /// <summary>Sends for that long.</summary>
    public async Task RunAsync(int packetsPerSecond, TimeSpan duration)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        long first = Sent;
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < duration && await pace.WaitForNextTickAsync())
        {
            long due = first + (long)(watch.Elapsed.TotalSeconds * packetsPerSecond);
            for (; Sent < due; Sent++)
            {
                _sockets[Sent / 7 % SourcePorts].Send(_datagrams[Sent % Patterns]);
            }
        }

        Elapsed = watch.Elapsed;
    }

    public void Dispose()
    {
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }
    }
}
