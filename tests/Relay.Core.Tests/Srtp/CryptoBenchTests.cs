using System.Diagnostics;
using System.Globalization;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

/// <summary>
/// ./bench.sh crypto: the chosen GCM against OpenSSL's EVP with its context reused. Both take turns of some 50 microseconds on
/// one thread, and medians are compared, so that what else the machine does touches both or neither. Nothing is asserted:
/// a test run measures nothing, the bench reads the lines.
/// </summary>
[Collection(nameof(EvpContextTests))]
public class CryptoBenchTests(ITestOutputHelper output)
{
    private const int PacketsPerTurn = 150;

    private delegate void Packet(SrtpCipher cipher, int number);

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm, 1200, 0.45)]
    [InlineData(SrtpProfile.AeadAes128Gcm, 160, 0.20)]
    [InlineData(SrtpProfile.AeadAes256Gcm, 1200, 0.45)]
    [InlineData(SrtpProfile.AeadAes256Gcm, 160, 0.20)]
    [InlineData(SrtpProfile.Aes128CmSha1_80, 1200, 0)]
    [InlineData(SrtpProfile.Aes128CmSha1_80, 160, 0)]
    public void Sealing_and_opening_against_openssl(SrtpProfile profile, int length, double bar)
    {
        byte[] header = RtpPacket(1)[..12];
        byte[] plain = RtpPacket(1, length)[12..];
        byte[] body = new byte[length];
        byte[] opened = new byte[length];
        byte[] tag = new byte[SrtpProfiles.TagLength(profile)];
        Packet seal = (cipher, number) => cipher.Seal(Ssrc, (ulong)number, header, default, default, plain, body, tag);
        Packet open = (cipher, _) => cipher.Open(Ssrc, 0, header, default, body, opened, tag);
        using SrtpCipher mine = Derived(profile, encrypt: true);
        using SrtpCipher evp = EvpCipher(profile, encrypt: true);
        using SrtpCipher mineOpen = Derived(profile, encrypt: false);
        using SrtpCipher evpOpen = EvpCipher(profile, encrypt: false);
        Report(profile, length, bar, "seal", seal, mine, evp);
        seal(evp, 0);
        Assert.True(mineOpen.Open(Ssrc, 0, header, default, body, opened, tag));
        Assert.True(evpOpen.Open(Ssrc, 0, header, default, body, opened, tag));
        Report(profile, length, bar, "open", open, mineOpen, evpOpen);
    }

    private static SrtpCipher Derived(SrtpProfile profile, bool encrypt) =>
        SrtpCipher.Derive(profile, MasterKey(profile), MasterSalt(profile), isRtcp: false, encrypt);

    private static double Turn(Packet packet, SrtpCipher cipher)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < PacketsPerTurn; i++)
        {
            packet(cipher, i);
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / PacketsPerTurn;
    }

    private void Report(SrtpProfile profile, int length, double bar, string what, Packet packet, SrtpCipher mine, SrtpCipher evp)
    {
        // Only ./bench.sh has the time to measure; a test run makes sure that this still runs.
        int turns = Environment.GetEnvironmentVariable("BENCH_AT_LENGTH") is null ? 2 : 4000;
        double[] mineTimes = new double[turns];
        double[] evpTimes = new double[turns];
        for (int i = 0; i < turns * 2; i++)
        {
            // The first half is for the compiler to warm up.
            mineTimes[i % turns] = Turn(packet, mine);
            evpTimes[i % turns] = Turn(packet, evp);
        }

        Array.Sort(mineTimes);
        Array.Sort(evpTimes);
        double ratio = mineTimes[turns / 2] / evpTimes[turns / 2];
        string verdict = bar == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture, $" (bar: at most {bar:0.00}) {(ratio <= bar ? "pass" : "fail")}");
        string times = string.Create(
            CultureInfo.InvariantCulture, $"{mineTimes[turns / 2]:0} ns against {evpTimes[turns / 2]:0} ns");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"crypto: {ratio:0.000} of EVP, {profile} {what} {length} bytes, {times}{verdict}"));
    }
}
