using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using static Relay.Host.Platform.LinuxSystemCalls;

namespace Relay.Load.Traffic;

/// <summary>
/// One UDP socket for all legs: each has an address of its own out of 127.0.0.0/8, all have the same port. A batch for many
/// legs is one system call each way, with trains (GSO, GRO) where packets come in bursts.
/// </summary>
/// <remarks>
/// IP_PKTINFO says where a datagram was sent to and chooses where one is sent from:
/// <code>struct in_pktinfo (12 bytes): interface 0..3 | local address 4..7 | destination in the header 8..11</code>
/// </remarks>
internal sealed unsafe class LoadSocket : IDisposable
{
    /// <summary>Messages a system call.</summary>
    public const int Batch = 64;

    /// <summary>Packets that may leave as one message.</summary>
    public const int TrainMax = 50;

    private const int SolIp = 0;
    private const int SolSocket = 1;
    private const int SolUdp = 17;
    private const int IpPacketInfo = 8;
    private const int UdpSegment = 103;
    private const int UdpGro = 104;
    private const int SoBindToDevice = 25;
    private const int SoMemoryInfo = 55;
    private const int MemoryInfoDrops = 8;

    // More than a page apart and not a multiple of one, so that buffers do not share cache sets.
    private const int Stride = 65536 + 2176;
    private const int NameBytes = 16;
    private const int ControlBytes = 128;
    private const int ControlHeaderBytes = 16;
    private const int PacketInfoSpace = 32;
    private const int SegmentSpace = 24;
    private const int KernelBufferBytes = 4 << 20;

    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly byte* _memory;
    private readonly MultiMessageHeader* _in;
    private readonly MultiMessageHeader* _out;

    public LoadSocket()
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        _socket.SetRawSocketOption(SolSocket, SoBindToDevice, "lo\0"u8);
        _socket.ReceiveBufferSize = KernelBufferBytes;
        _socket.SendBufferSize = KernelBufferBytes;
        _socket.SetRawSocketOption(SolIp, IpPacketInfo, BitConverter.GetBytes(1));
        _socket.SetRawSocketOption(SolUdp, UdpGro, BitConverter.GetBytes(1));
        _socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        _descriptor = (int)_socket.Handle;

        int perMessage = sizeof(MultiMessageHeader) + sizeof(BufferVector) + NameBytes + ControlBytes;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(Batch * (Stride + (2 * perMessage))), 4096);
        NativeMemory.Clear(_memory, (nuint)(Batch * (Stride + (2 * perMessage))));
        byte* at = _memory + (Batch * Stride);
        _in = Lay(ref at);
        _out = Lay(ref at);
        for (int i = 0; i < Batch; i++)
        {
            _in[i].Header.Buffers->Base = _memory + (i * Stride);
            _in[i].Header.Buffers->Length = 65535;
            _out[i].Header.NameLength = NameBytes;
            *(ushort*)_out[i].Header.Name = AddressFamilyIPv4;
            byte* control = (byte*)_out[i].Header.Control;
            WriteControlHeader(control, 12, SolIp, IpPacketInfo);
            WriteControlHeader(control + PacketInfoSpace, sizeof(ushort), SolUdp, UdpSegment);
        }
    }

    public int Port { get; }

    /// <summary>Datagrams that came and found the socket's buffer full: lost by this process, not by the server.</summary>
    public long Drops
    {
        get
        {
            Span<uint> info = stackalloc uint[MemoryInfoDrops + 1];
            _socket.GetRawSocketOption(SolSocket, SoMemoryInfo, MemoryMarshal.AsBytes(info));
            return info[MemoryInfoDrops];
        }
    }

    /// <summary>Prepares message <paramref name="slot"/> of the next <see cref="Send"/>.</summary>
    /// <param name="segment">Bytes of each packet but the last if the message is a train; else 0.</param>
    public void Load(int slot, byte* data, int length, int segment, uint source, uint destination, int port)
    {
        ref MessageHeader header = ref _out[slot].Header;
        header.Buffers->Base = data;
        header.Buffers->Length = (nuint)length;
        byte* name = (byte*)header.Name;
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(name + 2, 2), (ushort)port);
        BinaryPrimitives.WriteUInt32BigEndian(new Span<byte>(name + 4, 4), destination);
        byte* control = (byte*)header.Control;
        BinaryPrimitives.WriteUInt32BigEndian(new Span<byte>(control + ControlHeaderBytes + 4, 4), source);
        *(ushort*)(control + PacketInfoSpace + ControlHeaderBytes) = (ushort)segment;
        header.ControlLength = (nuint)(segment > 0 ? PacketInfoSpace + SegmentSpace : PacketInfoSpace);
    }

    /// <summary>Sends what was loaded; returns how many messages from the first on the system took.</summary>
    public int Send(int count)
    {
        int sent = count == 0 ? 0 : SendMessages(_descriptor, _out, (uint)count, MessageDoNotWait);
        return sent < 0 && Marshal.GetLastPInvokeError() is not (ErrorAgain or ErrorInterrupted)
            ? throw new SocketException(Marshal.GetLastPInvokeError())
            : Math.Max(0, sent);
    }

    /// <summary>Takes what has arrived, without blocking; returns how many messages.</summary>
    public int Receive()
    {
        for (int i = 0; i < Batch; i++)
        {
            _in[i].Header.NameLength = NameBytes;
            _in[i].Header.ControlLength = ControlBytes;
        }

        return Math.Max(0, ReceiveMessages(_descriptor, _in, Batch, MessageDoNotWait, null));
    }

    /// <summary>What message <paramref name="slot"/> of the last <see cref="Receive"/> holds.</summary>
    /// <param name="local">The address that it was sent to.</param>
    /// <param name="segment">Bytes of each of its packets but the last.</param>
    public Span<byte> Received(int slot, out uint local, out int segment)
    {
        ref MessageHeader header = ref _in[slot].Header;
        int length = (int)_in[slot].Length;
        local = 0;
        segment = length;
        byte* control = (byte*)header.Control;
        for (int at = 0; at + ControlHeaderBytes <= (int)header.ControlLength;)
        {
            int controlLength = (int)*(nuint*)(control + at);
            (int level, int type) = (*(int*)(control + at + 8), *(int*)(control + at + 12));
            byte* data = control + at + ControlHeaderBytes;
            if (level == SolIp && type == IpPacketInfo)
            {
                local = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(data + 8, 4));
            }
            else if (level == SolUdp && type == UdpGro)
            {
                segment = *(int*)data;
            }

            at += (controlLength + 7) & ~7;
        }

        return new Span<byte>(header.Buffers->Base, length);
    }

    public void Dispose()
    {
        _socket.Dispose();
        NativeMemory.AlignedFree(_memory);
    }

    private static MultiMessageHeader* Lay(ref byte* at)
    {
        var messages = (MultiMessageHeader*)at;
        at += Batch * sizeof(MultiMessageHeader);
        for (int i = 0; i < Batch; i++)
        {
            messages[i].Header.Buffers = (BufferVector*)at;
            messages[i].Header.BufferCount = 1;
            at += sizeof(BufferVector);
            messages[i].Header.Control = at;
            at += ControlBytes;
            messages[i].Header.Name = (SocketAddressBytes*)at;
            at += NameBytes;
        }

        return messages;
    }

    private static void WriteControlHeader(byte* at, int dataBytes, int level, int type)
    {
        *(nuint*)at = (nuint)(ControlHeaderBytes + dataBytes);
        *(int*)(at + 8) = level;
        *(int*)(at + 12) = type;
    }
}
