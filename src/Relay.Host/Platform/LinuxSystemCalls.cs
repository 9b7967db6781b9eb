using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Relay.Host.Platform;

/// <summary>
/// The few calls of the C library that .NET does not offer, with their structures and constants as on 64-bit Linux (the same on
/// x86-64 and Arm64). None of them suppresses the transition to the collector: one that blocked would stop every thread.
/// </summary>
internal static unsafe partial class LinuxSystemCalls
{
    public const ushort AddressFamilyIPv4 = 2;
    public const ushort AddressFamilyIPv6 = 10;

    public const int ErrorInterrupted = 4;
    public const int ErrorIO = 5;
    public const int ErrorAgain = 11;
    public const int ErrorInvalid = 22;
    public const int ErrorMessageSize = 90;

    /// <summary>MSG_CTRUNC: there was no room for all control messages.</summary>
    public const int MessageControlTruncated = 0x8;

    /// <summary>MSG_TRUNC: the datagram was longer than its buffer.</summary>
    public const int MessageTruncated = 0x20;

    /// <summary>MSG_DONTWAIT.</summary>
    public const int MessageDoNotWait = 0x40;

    /// <summary>MSG_ERRQUEUE.</summary>
    public const int MessageErrorQueue = 0x2000;

    /// <summary>POLLIN.</summary>
    public const short PollIn = 0x1;

    /// <summary>EPOLLERR, which needs not be asked for.</summary>
    public const uint PollError = 0x8;

    /// <summary>CLOCK_MONOTONIC.</summary>
    public const int ClockMonotonic = 1;

    /// <summary>PR_SET_TIMERSLACK.</summary>
    public const int SetTimerSlack = 29;

    /// <summary>SCHED_FIFO.</summary>
    public const int SchedulerFifo = 1;

    /// <summary>SCHED_RESET_ON_FORK.</summary>
    public const int SchedulerResetOnFork = 0x40000000;

    /// <summary>EFD_CLOEXEC | EFD_NONBLOCK.</summary>
    public const int EventCloseOnExecuteNonBlocking = 0x80000 | 0x800;

    /// <summary>EPOLL_CLOEXEC.</summary>
    public const int PollCloseOnExecute = 0x80000;

    /// <summary>EPOLL_CTL_ADD.</summary>
    public const int AddToPoll = 1;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int CreatePoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int ControlPoll(int poll, int operation, int descriptor, byte* wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int WaitPoll(int poll, byte* events, int max, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int CloseDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMessages(int socket, MultiMessageHeader* messages, uint count, int flags, TimeSpec* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMessages(int socket, MultiMessageHeader* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(int socket, int level, int option, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, TimeSpec* timeout, void* signalMask);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle descriptor, void* data, nuint length);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* data, nuint length);

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    public static partial int Sleep(int clock, int flags, TimeSpec* time, TimeSpec* left);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int ProcessControl(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SetAffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    public static partial int SetScheduler(int thread, int policy, int* priority);

    [LibraryImport("libc", EntryPoint = "getrandom", SetLastError = true)]
    public static partial nint GetRandom(void* data, nuint length, uint flags);

    /// <summary>sched_getattr and sched_setattr, which older C libraries do not have: their numbers are the architecture's.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SchedulerCall(nint number, nint thread, SchedulerAttributes* attributes, nint third, nint fourth);

    /// <summary>struct sched_attr, without the utilization clamps.</summary>
    public struct SchedulerAttributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }

    /// <summary>struct iovec.</summary>
    public struct BufferVector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>struct msghdr.</summary>
    public struct MessageHeader
    {
        public SocketAddressBytes* Name;
        public uint NameLength;
        public BufferVector* Buffers;
        public nuint BufferCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct mmsghdr.</summary>
    public struct MultiMessageHeader
    {
        public MessageHeader Header;

        /// <summary>Out: bytes received or sent.</summary>
        public uint Length;
    }

    /// <summary>struct pollfd.</summary>
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }

    /// <summary>struct timespec.</summary>
    public struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    /// <summary>Room for a struct sockaddr_in or sockaddr_in6; see <see cref="SocketAddressLayout"/>.</summary>
    [InlineArray(SocketAddressLayout.IPv6Bytes)]
    public struct SocketAddressBytes
    {
        private byte _element;
    }
}
