using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Turn;
using static Relay.Host.Platform.LinuxSystemCalls;

namespace Relay.Host.Platform;

/// <summary>
/// The UDP sockets through which one worker's TURN allocations reach public peers (RFC 8656 section 3.5), one for each relay
/// port, behind one epoll descriptor. All members belong to the worker's thread. The network never makes one throw.
/// </summary>
internal sealed unsafe class RelayPorts : IRelayPorts, IDisposable
{
    // What one port may bring in a turn of the worker, how many ports, and all of them: a busy one does not hold up the others,
    // and what is to be sent on finds room.
    private const int DatagramsPerPort = 16;
    private const int DatagramsPerSharedPort = 64;
    private const int PortsPerTurn = 64;
    private const int DatagramsPerTurn = 1024;

    private const int PendingErrors = 64;

    private const int SharedBufferBytes = 4 << 20;

    private static readonly byte[] One = BitConverter.GetBytes(1);

    // A handle is a place, counted from 1, and how often the place was taken.
    private const int PlaceBits = 18;
    private const int PlaceMask = (1 << PlaceBits) - 1;

    private readonly IPAddress? _bindIPv4;
    private readonly IPAddress? _bindIPv6;
    private readonly PacketPool _pool;
    private readonly Socket?[] _sockets;
    private readonly int[] _descriptors;
    private readonly bool[] _isIPv6;
    private readonly bool[] _isShared;
    private readonly bool[] _refusesFragments;
    private readonly int[] _handles;
    private readonly Queue<int> _free = new();
    private readonly int _poll;

    // Pinned, so that the pointers that the structures hold stay good.
    private readonly MultiMessageHeader[] _messages = GC.AllocateArray<MultiMessageHeader>(DatagramsPerSharedPort, pinned: true);
    private readonly BufferVector[] _buffers = GC.AllocateArray<BufferVector>(DatagramsPerSharedPort, pinned: true);
    private readonly SocketAddressBytes[] _names = GC.AllocateArray<SocketAddressBytes>(DatagramsPerSharedPort, pinned: true);
    private readonly byte[] _data = GC.AllocateArray<byte>(DatagramsPerSharedPort * PacketPool.DatagramMaxBytes, pinned: true);
    private readonly byte[] _ready = new byte[PortsPerTurn * PollEventLayout.Bytes];
    private readonly ErrorQueueReader _errorQueues = new();
    private readonly PeerError[] _errors = new PeerError[ErrorQueueReader.Max];

    // What was found while sending, for the next turn.
    private readonly PeerError[] _pending = new PeerError[PendingErrors];
    private int _pendingCount;
    private uint _next;
    private long _sendErrors;

    /// <param name="bind">The local address of all ports: an IPv6 wildcard opens both families.</param>
    /// <param name="portsMax">The most open ports, up to 262,143; each takes a descriptor.</param>
    /// <param name="pool">Where outgoing datagrams lie.</param>
    /// <exception cref="SocketException">The system is out of descriptors.</exception>
    public RelayPorts(IPAddress bind, int portsMax, PacketPool pool)
    {
        bool isAny = bind.Equals(IPAddress.Any) || bind.Equals(IPAddress.IPv6Any);
        _bindIPv4 = bind.AddressFamily == AddressFamily.InterNetwork ? bind : isAny ? IPAddress.Any : null;
        _bindIPv6 = bind.AddressFamily == AddressFamily.InterNetworkV6 ? bind : null;
        _pool = pool;
        _sockets = new Socket?[portsMax];
        _descriptors = new int[portsMax];
        _isIPv6 = new bool[portsMax];
        _isShared = new bool[portsMax];
        _refusesFragments = new bool[portsMax];
        _handles = new int[portsMax];
        for (int i = 0; i < portsMax; i++)
        {
            _handles[i] = i + 1;
            _free.Enqueue(i);
        }

        _poll = CreatePoll(PollCloseOnExecute);
        if (_poll < 0)
        {
            throw new SocketException((int)SocketError.TooManyOpenSockets);
        }

        for (int i = 0; i < DatagramsPerSharedPort; i++)
        {
            fixed (byte* data = &_data[i * PacketPool.DatagramMaxBytes])
            {
                _buffers[i] = new BufferVector { Base = data, Length = PacketPool.DatagramMaxBytes };
            }

            ref MessageHeader header = ref _messages[i].Header;
            header.Buffers = (BufferVector*)Unsafe.AsPointer(ref _buffers[i]);
            header.BufferCount = 1;
            header.Name = (SocketAddressBytes*)Unsafe.AsPointer(ref _names[i]);
        }
    }

    /// <summary>Takes one datagram of a public peer; the bytes are good until the return.</summary>
    public delegate void PeerDatagramHandler(ReadOnlySpan<byte> datagram, int port, in TransportAddress peer, Instant now);

    /// <summary>Takes news of a datagram that did not arrive.</summary>
    public delegate void PeerErrorHandler(in PeerError error, Instant now);

    /// <summary>Becomes readable when a port has something.</summary>
    public int PollDescriptor => _poll;

    /// <summary>Open ports.</summary>
    public int Count => _sockets.Length - _free.Count;

    /// <summary>The next <see cref="Receive"/> has something to hand over that nothing arrives for.</summary>
    public bool HasErrors => _pendingCount > 0;

    /// <summary>Datagrams that the system did not take; safe to read from any thread.</summary>
    public long SendErrors => Volatile.Read(ref _sendErrors);

    public bool TryOpen(bool isIPv6, ushort port, bool isShared, out int handle)
    {
        handle = 0;
        IPAddress? bind = isIPv6 ? _bindIPv6 : _bindIPv4;
        if (bind is null || !_free.TryDequeue(out int index))
        {
            return false;
        }

        Socket? socket = null;
        try
        {
            socket = new Socket(bind.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
            if (isIPv6)
            {
                socket.DualMode = false;
            }

            if (isShared)
            {
                // As much as the kernel grants: a burst of one of many must not be the loss of the others.
                socket.ReceiveBufferSize = SharedBufferBytes;
                socket.SendBufferSize = SharedBufferBytes;
            }

            // What becomes of datagrams is told to clients (RFC 8656 section 11.5).
            socket.SetRawSocketOption(
                isIPv6 ? ControlMessages.IPv6Level : ControlMessages.IPv4Level,
                isIPv6 ? ControlMessages.IPv6Error : ControlMessages.IPv4Error,
                One);
            socket.Bind(new IPEndPoint(bind, port));
        }
        catch (SocketException)
        {
            // Somebody has the port, or no descriptor is left: the caller tries another one.
            socket?.Dispose();
            _free.Enqueue(index);
            return false;
        }

        int descriptor = (int)socket.Handle;
        byte* wanted = stackalloc byte[PollEventLayout.Bytes];
        PollEventLayout.Write(new Span<byte>(wanted, PollEventLayout.Bytes), (uint)PollIn, (ulong)index);
        if (!PathMtuDiscovery.TrySet(descriptor, !isIPv6, dontFragment: false)
            || ControlPoll(_poll, AddToPoll, descriptor, wanted) != 0)
        {
            socket.Dispose();
            _free.Enqueue(index);
            return false;
        }

        _sockets[index] = socket;
        _descriptors[index] = descriptor;
        _isIPv6[index] = isIPv6;
        _isShared[index] = isShared;
        _refusesFragments[index] = false;
        handle = _handles[index];
        return true;
    }

    /// <summary>Closes a port; it leaves the poll set by itself. The handle is good for nothing from now on.</summary>
    public void Close(int handle)
    {
        bool isFound = TryFind(handle, out int index);
        Invariant.Holds(isFound, "a relay port is closed once");
        _sockets[index]!.Dispose();
        _sockets[index] = null;
        // What is still queued with the old handle must not leave through the next socket in this place.
        _handles[index] = (handle + (1 << PlaceBits)) & int.MaxValue;
        _free.Enqueue(index);
    }

    /// <summary>Hands over what has arrived, and what has not, as much as one turn may bring.</summary>
    /// <returns>True if there may be more.</returns>
    public bool Receive(PeerDatagramHandler handler, PeerErrorHandler errorHandler, Instant now)
    {
        for (int i = 0; i < _pendingCount; i++)
        {
            errorHandler(_pending[i], now);
        }

        _pendingCount = 0;
        int ready;
        fixed (byte* events = _ready)
        {
            ready = Count == 0 ? 0 : WaitPoll(_poll, events, PortsPerTurn, 0);
        }

        int taken = 0;
        for (int i = 0; i < ready && taken < DatagramsPerTurn; i++)
        {
            // A turn begins behind where the last one ended: the system lists busy ports in the same order each time.
            ReadOnlySpan<byte> entry = _ready.AsSpan((int)(_next++ % (uint)ready) * PollEventLayout.Bytes);
            int index = (int)PollEventLayout.ReadData(entry);
            // An earlier datagram of this turn may have ended the allocation.
            if (_sockets[index] is not null && (PollEventLayout.ReadEvents(entry) & PollError) != 0)
            {
                ReceiveErrors(index, errorHandler, now);
            }

            if (_sockets[index] is not null)
            {
                taken += ReceiveFrom(index, handler, now);
            }
        }

        return ready > 0;
    }

    /// <summary>Sends one datagram from the port that it names; from none if that has been closed.</summary>
    public void Send(in Transmit transmit)
    {
        if (!TryFind(transmit.Via, out int index))
        {
            Volatile.Write(ref _sendErrors, _sendErrors + 1);
            return;
        }

        SocketAddressBytes name = default;
        var buffer = new BufferVector { Base = _pool.Pointer(transmit.Packet) + transmit.Offset, Length = (nuint)transmit.Length };
        var message = default(MultiMessageHeader);
        bool isIPv4 = !_isIPv6[index];
        *(ushort*)&name = isIPv4 ? AddressFamilyIPv4 : AddressFamilyIPv6;
        message.Header.Name = &name;
        message.Header.NameLength = (uint)SocketAddressLayout.LengthOf(isIPv4);
        message.Header.Buffers = &buffer;
        message.Header.BufferCount = 1;
        SetFragmenting(index, transmit.DontFragment);
        if (SocketAddressLayout.TryWrite(transmit.Remote, name, isIPv4) && TrySend(_descriptors[index], &message, transmit.DontFragment))
        {
            return;
        }

        Volatile.Write(ref _sendErrors, _sendErrors + 1);
        if (transmit.DontFragment)
        {
            KeepErrors(index, transmit.Remote);
        }
    }

    public void Dispose()
    {
        foreach (Socket? socket in _sockets)
        {
            socket?.Dispose();
        }

        _ = CloseDescriptor(_poll);
    }

    // An ICMP error waits at the socket for the next call, whatever peer that is for, and fails it once: "too big" as any other,
    // unless this datagram may not be cut, which it is most likely about.
    private static bool TrySend(int descriptor, MultiMessageHeader* message, bool dontFragment)
    {
        if (SendMessages(descriptor, message, 1, MessageDoNotWait) == 1)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        return error != ErrorAgain && !(error == ErrorMessageSize && dontFragment)
            && SendMessages(descriptor, message, 1, MessageDoNotWait) == 1;
    }

    // One call more when it changes, and hardly any client asks for it.
    private void SetFragmenting(int index, bool refuses)
    {
        if (_refusesFragments[index] != refuses && PathMtuDiscovery.TrySet(_descriptors[index], !_isIPv6[index], refuses))
        {
            _refusesFragments[index] = refuses;
        }
    }

    // What this host's own link does not take is told as a router would (RFC 8656 section 11.5). The error queue knows the MTU,
    // but of IPv4 not the port; it was the last datagram.
    private void KeepErrors(int index, in TransportAddress remote)
    {
        int count = _errorQueues.Read(_descriptors[index], !_isIPv6[index], _errors);
        for (int i = 0; i < count && _pendingCount < _pending.Length; i++)
        {
            _errors[i].Port = _handles[index];
            if (_errors[i].IsLocal)
            {
                _errors[i].Peer = remote;
            }

            _pending[_pendingCount++] = _errors[i];
        }
    }

    private void ReceiveErrors(int index, PeerErrorHandler handler, Instant now)
    {
        int count = _errorQueues.Read(_descriptors[index], !_isIPv6[index], _errors);
        for (int i = 0; i < count; i++)
        {
            _errors[i].Port = _handles[index];
            if (!_errors[i].IsLocal)
            {
                handler(_errors[i], now);
            }
        }
    }

    private bool TryFind(int handle, out int index)
    {
        index = (handle & PlaceMask) - 1;
        return (uint)index < (uint)_sockets.Length && _sockets[index] is not null && _handles[index] == handle;
    }

    private int ReceiveFrom(int index, PeerDatagramHandler handler, Instant now)
    {
        bool isIPv4 = !_isIPv6[index];
        int count = _isShared[index] ? DatagramsPerSharedPort : DatagramsPerPort;
        for (int i = 0; i < count; i++)
        {
            _messages[i].Header.NameLength = SocketAddressLayout.IPv6Bytes;
            _messages[i].Header.Flags = 0;
        }

        int arrived;
        fixed (MultiMessageHeader* first = _messages)
        {
            arrived = ReceiveMessages(_descriptors[index], first, (uint)count, MessageDoNotWait, null);
            if (arrived < 0 && Marshal.GetLastPInvokeError() != ErrorAgain)
            {
                // As in TrySend: the error was not about what has arrived.
                arrived = ReceiveMessages(_descriptors[index], first, (uint)count, MessageDoNotWait, null);
            }
        }

        for (int i = 0; i < arrived; i++)
        {
            if ((_messages[i].Header.Flags & MessageTruncated) == 0)
            {
                TransportAddress peer = SocketAddressLayout.Read(_names[i], isIPv4);
                handler(_data.AsSpan(i * PacketPool.DatagramMaxBytes, (int)_messages[i].Length), _handles[index], peer, now);
            }
        }

        return Math.Max(arrived, 0);
    }
}
