using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Relay.Testing.Network;

/// <summary>
/// A network interface of this process: IP packets that the system sends out of it are read here, packets written here
/// arrive at it (Linux, Documentation/networking/tuntap). It needs root.
/// </summary>
public sealed partial class TunDevice : IDisposable
{
    private const int OpenReadWrite = 0x2;
    private const int OpenNonBlocking = 0x800;
    private const int OpenCloseOnExec = 0x80000;
    private const nuint SetInterface = 0x400454ca; // TUNSETIFF
    private const short IpPacketsWithoutHeader = 0x1001; // IFF_TUN | IFF_NO_PI
    private const int RequestBytes = 40; // struct ifreq
    private const int NameBytesMax = 15;

    private readonly SafeFileHandle _handle;

    /// <summary>Makes the interface; it is gone when this is disposed.</summary>
    /// <param name="name">Up to 15 ASCII characters.</param>
    /// <exception cref="Win32Exception">No root, or no tun driver.</exception>
    public TunDevice(string name)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, NameBytesMax, nameof(name));
        Name = name;
        int descriptor = Open("/dev/net/tun", OpenReadWrite | OpenNonBlocking | OpenCloseOnExec);
        if (descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "/dev/net/tun cannot be opened; this needs root");
        }

        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
        byte[] request = new byte[RequestBytes];
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request.AsSpan(16), IpPacketsWithoutHeader);
        if (Control(descriptor, SetInterface, request) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            _handle.Dispose();
            throw new Win32Exception(error, $"the interface {name} cannot be made");
        }
    }

    public string Name { get; }

    /// <summary>For poll(2).</summary>
    public int Descriptor => (int)_handle.DangerousGetHandle();

    /// <summary>The next packet that the system sends, or 0 when there is none.</summary>
    public int Read(Span<byte> packet) => Math.Max(0, (int)Read(Descriptor, packet, packet.Length));

    /// <summary>Hands a packet to the system. What it does not take (the interface is down) is lost, as on any network.</summary>
    public void Write(ReadOnlySpan<byte> packet) => _ = Write(Descriptor, packet, packet.Length);

    public void Dispose() => _handle.Dispose();

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, Span<byte> argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, Span<byte> buffer, nint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> buffer, nint length);
}
