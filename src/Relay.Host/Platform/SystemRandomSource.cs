using System.Security.Cryptography;
using Relay.Core.Primitives;

namespace Relay.Host.Platform;

/// <summary>
/// The operating system's cryptographic randomness. Safe from any thread, and on Linux without a lock: the framework's goes
/// through OpenSSL, whose locks spin, so a packet thread with real-time priority could wait for a thread that it keeps from
/// running.
/// </summary>
public sealed unsafe class SystemRandomSource : RandomSource
{
    // Up to so many bytes come whole, once the system has gathered entropy after its start.
    private const int AtomicBytes = 256;

    public override void Fill(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int count = Math.Min(destination.Length, AtomicBytes);
            if (!TryFill(destination[..count]))
            {
                RandomNumberGenerator.Fill(destination);
                return;
            }

            destination = destination[count..];
        }
    }

    private static bool TryFill(Span<byte> destination)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        fixed (byte* data = destination)
        {
            return LinuxSystemCalls.GetRandom(data, (nuint)destination.Length, 0) == destination.Length;
        }
    }
}
