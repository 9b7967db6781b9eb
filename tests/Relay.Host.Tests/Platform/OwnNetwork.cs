using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Xunit;

namespace Relay.Host.Tests.Platform;

/// <summary>
/// A thread with a network of its own (unshare(2)): only a loopback, whose datagrams have at most so many bytes. It is gone with
/// the thread. Needs root.
/// </summary>
internal static partial class OwnNetwork
{
    private const int NewNetwork = 0x4000_0000;

    /// <summary>Runs the test there; false if that cannot be done here.</summary>
    public static bool TryRun(int loopbackMtu, Action test)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return false;
        }

        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Assert.Equal(0, Unshare(NewNetwork));
                // A child of this thread is in its network.
                using Process ip = Process.Start("ip", ["link", "set", "lo", "up", "mtu", $"{loopbackMtu}"]);
                ip.WaitForExit();
                Assert.Equal(0, ip.ExitCode);
                test();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return true;
    }

    [LibraryImport("libc", EntryPoint = "unshare")]
    private static partial int Unshare(int flags);
}
