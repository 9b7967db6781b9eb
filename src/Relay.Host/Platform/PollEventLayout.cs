using System.Runtime.InteropServices;

namespace Relay.Host.Platform;

/// <summary>
/// <c>struct epoll_event</c>: 32 bits of events and 64 bits of the caller's, which only x86-64 packs.
/// <code>
/// x86-64 (12 bytes): events 0..3 | data 4..11       others (16 bytes): events 0..3 | data 8..15
/// </code>
/// </summary>
internal static class PollEventLayout
{
    public static readonly int Bytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private static readonly int DataOffset = Bytes - sizeof(ulong);

    public static void Write(Span<byte> destination, uint events, ulong data)
    {
        MemoryMarshal.Write(destination, events);
        MemoryMarshal.Write(destination[DataOffset..], data);
    }

    public static uint ReadEvents(ReadOnlySpan<byte> source) => MemoryMarshal.Read<uint>(source);

    public static ulong ReadData(ReadOnlySpan<byte> source) => MemoryMarshal.Read<ulong>(source[DataOffset..]);
}
