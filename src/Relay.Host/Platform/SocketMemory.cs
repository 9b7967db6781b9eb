using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Relay.Host.Platform;

/// <summary>What the Linux kernel says of a socket's memory (SO_MEMINFO, Linux 4.12): nine 32-bit numbers.</summary>
internal readonly record struct SocketMemory(int ReceiveBufferBytes, uint Drops)
{
    private const int SocketMemoryInfo = 55;
    private const int Numbers = 9;
    private const int ReceiveBufferPlace = 1;
    private const int DropsPlace = 8;

    /// <summary>Asks the kernel, from any thread; false if it does not know the question or the socket is closed.</summary>
    public static bool TryRead(Socket socket, out SocketMemory memory)
    {
        memory = default;
        Span<uint> numbers = stackalloc uint[Numbers];
        try
        {
            int bytes = socket.GetRawSocketOption(ControlMessages.SocketLevel, SocketMemoryInfo, MemoryMarshal.AsBytes(numbers));
            if (bytes < Numbers * sizeof(uint))
            {
                return false;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }

        memory = new SocketMemory((int)numbers[ReceiveBufferPlace], numbers[DropsPlace]);
        return true;
    }
}
