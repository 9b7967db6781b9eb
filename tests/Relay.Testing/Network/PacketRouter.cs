using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Relay.Testing.Network;

/// <summary>
/// Carries IPv4 packets between interfaces, each behind an access link with an upward and a downward direction. This takes
/// the place of the kernel's netem, which many kernels lack: the same model of loss, delay and rate, with a queue whose
/// length is known exactly.
/// </summary>
public sealed partial class PacketRouter : IDisposable
{
    private const int PacketBytesMax = 2048;
    private const int IdleMilliseconds = 20;
    private const int ReadsInARow = 64;
    private const int ProtocolAt = 9; // of an IPv4 header
    private const byte Udp = 17;
    private const short Readable = 1; // POLLIN
    private const int FirstInFirstOut = 1; // SCHED_FIFO

    private readonly Lock _gate = new();
    private readonly PriorityQueue<Flight, (double Due, long Order)> _flights = new();
    private readonly Stack<byte[]> _spare = [];
    private readonly AccessLink[] _links;
    private readonly Thread _thread;
    private volatile bool _stopping;
    private long _order;

    public PacketRouter(params AccessLink[] links)
    {
        _links = links;
        _thread = new Thread(Run) { IsBackground = true, Name = "packet router" };
        _thread.Start();
    }

    private static double Now => Stopwatch.GetTimestamp() * 1_000.0 / Stopwatch.Frequency;

    /// <summary>Does something to the links while no packet moves, such as changing a profile or taking counters.</summary>
    public T Pause<T>(Func<T> action)
    {
        lock (_gate)
        {
            return action();
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
    }

    private void Run()
    {
        // Packets must not be late because browsers want both cores. Without the right to do so, they are sometimes late.
        int priority = 1;
        _ = SetScheduler(0, FirstInFirstOut, in priority);
        var polled = new PollEntry[_links.Length];
        for (int i = 0; i < polled.Length; i++)
        {
            polled[i] = new PollEntry { Descriptor = _links[i].Device.Descriptor, Events = Readable };
        }

        while (!_stopping)
        {
            double wait;
            lock (_gate)
            {
                bool any = _flights.TryPeek(out _, out (double Due, long Order) next);
                wait = any ? Math.Clamp(next.Due - Now, 0, IdleMilliseconds) : IdleMilliseconds;
            }

            var time = new TimeSpec { Nanoseconds = (nint)(wait * 1_000_000) };
            _ = Poll(polled, (nuint)polled.Length, in time, 0);
            lock (_gate)
            {
                Deliver();
                foreach (AccessLink link in _links)
                {
                    Receive(link);
                }

                Deliver();
            }
        }
    }

    /// <summary>Packets that leave an interface enter its link's upward direction.</summary>
    private void Receive(AccessLink link)
    {
        for (int i = 0; i < ReadsInARow; i++)
        {
            byte[] bytes = _spare.Count > 0 ? _spare.Pop() : new byte[PacketBytesMax];
            int length = link.Device.Read(bytes);
            AccessLink? target = length >= 20 && bytes[0] >> 4 == 4 ? Find(BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(16))) : null;
            if (target is null || !link.Up.TryCarry(length, Now, out double due, bytes[ProtocolAt] == Udp))
            {
                _spare.Push(bytes);
                if (length == 0)
                {
                    return;
                }

                continue;
            }

            _flights.Enqueue(new Flight(bytes, length, target, Down: false), (due, _order++));
        }
    }

    /// <summary>What is due goes from the first link to the second, or from the second to the interface.</summary>
    private void Deliver()
    {
        double now = Now;
        while (_flights.TryPeek(out Flight flight, out (double Due, long Order) key) && key.Due <= now)
        {
            _flights.Dequeue();
            if (flight.Down)
            {
                flight.Target.Device.Write(flight.Bytes.AsSpan(0, flight.Length));
                _spare.Push(flight.Bytes);
            }
            else if (flight.Target.Down.TryCarry(flight.Length, key.Due, out double due, flight.Bytes[ProtocolAt] == Udp))
            {
                _flights.Enqueue(flight with { Down = true }, (due, _order++));
            }
            else
            {
                _spare.Push(flight.Bytes);
            }
        }
    }

    private AccessLink? Find(uint address)
    {
        foreach (AccessLink link in _links)
        {
            if (link.Address == address)
            {
                return link;
            }
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "ppoll")]
    private static partial int Poll([In] PollEntry[] entries, nuint count, in TimeSpec time, nint signals);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, in int priority);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    private readonly record struct Flight(byte[] Bytes, int Length, AccessLink Target, bool Down);
}

/// <summary>An interface and the two directions of the link that it hangs on.</summary>
/// <param name="Device">Where packets come from and go to.</param>
/// <param name="Address">Its IPv4 address, first byte highest.</param>
/// <param name="Up">From the interface into the network.</param>
/// <param name="Down">From the network to the interface.</param>
public sealed record AccessLink(TunDevice Device, uint Address, Link Up, Link Down);
