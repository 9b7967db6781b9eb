using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Relay.Core.Diagnostics;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

/// <summary>Counts the contexts of the whole process, so nothing else may run beside it.</summary>
[Collection(nameof(EvpContextTests))]
[CollectionDefinition(nameof(EvpContextTests), DisableParallelization = true)]
public partial class EvpContextTests
{
    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Disposing_both_directions_leaves_no_native_context(SrtpProfile profile)
    {
        long before = CountAfterCollection();
        for (int i = 0; i < 100; i++)
        {
            using SrtpOutbound outbound = new(profile, EvpCipher(profile, true), EvpCipher(profile, true), 4, false);
            using SrtpInbound inbound = new(profile, EvpCipher(profile, false), EvpCipher(profile, false), 4);
            Assert.Equal(before + 4, EvpContext.LiveCount);
            Assert.Equal(DropReason.None, Unprotect(inbound, Protect(outbound, RtpPacket(1))));
        }

        Assert.Equal(before, EvpContext.LiveCount);
    }

    [Fact]
    public void Disposing_twice_frees_once()
    {
        long before = CountAfterCollection();
        SrtpCipher cipher = EvpCipher(SrtpProfile.AeadAes128Gcm, encrypt: true);
        cipher.Dispose();
        cipher.Dispose();
        Assert.Equal(before, EvpContext.LiveCount);
    }

    [Fact]
    public void A_forgotten_context_is_freed_by_its_finalizer()
    {
        long before = CountAfterCollection();
        Forget();
        Assert.Equal(before, CountAfterCollection());
    }

    [Fact]
    public void Failures_leave_nothing_in_openssls_error_queue()
    {
        foreach (ITheoryDataRow row in Profiles)
        {
            SrtpProfile profile = (SrtpProfile)row.GetData()[0]!;
            using SrtpOutbound outbound = Outbound(profile);
            using SrtpInbound inbound = new(profile, EvpCipher(profile, false), EvpCipher(profile, false), 4);
            byte[] packet = Protect(outbound, RtpPacket(1));
            packet[^1] ^= 1;
            Assert.Equal(DropReason.SrtpAuthenticationFailed, Unprotect(inbound, packet));
        }

        Assert.Equal((nuint)0, PeekError());
    }

    [LibraryImport("libcrypto.so.3", EntryPoint = "ERR_peek_error")]
    private static partial nuint PeekError();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget()
    {
        long before = EvpContext.LiveCount;
        SrtpCipher cipher = EvpCipher(SrtpProfile.Aes128CmSha1_80, encrypt: false);
        Assert.Equal(before + 1, EvpContext.LiveCount);
        GC.KeepAlive(cipher);
    }

    private static long CountAfterCollection()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return EvpContext.LiveCount;
    }
}
