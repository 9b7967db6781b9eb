using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Relay.Host.Platform.OpenSsl;
using Relay.Load.CommandLine;
using Relay.Load.Servers;

namespace Relay.Load.Benches;

/// <summary>
/// CPU time of the server's side of a DTLS handshake, objects made and freed and keys exported, against OpenSSL alone in C
/// (bench/limit/handshake). Both sides of each handshake run in one thread; the client's time is left out.
/// </summary>
internal static partial class HandshakeBench
{
    private const double RatioMax = 1.15;
    private const int TurnsMax = 20;
    private const int KeyingBytes = 56;
    private const int DatagramMaxBytes = 2048;
    private const int ThreadCpuTime = 3;

    public static async Task<int> RunAsync(BenchSettings settings)
    {
        var report = new BenchReport("handshake");
        int count = settings.IsQuick ? 100 : 300;
        int rounds = settings.IsQuick ? 7 : 15;
        using DtlsCertificate certificate = DtlsCertificate.CreateEcdsa(TimeProvider.System.GetUtcNow());
        using DtlsCertificate peer = DtlsCertificate.CreateEcdsa(TimeProvider.System.GetUtcNow());
        var options = new DtlsOptions { SrtpProfiles = "SRTP_AEAD_AES_128_GCM" };
        using var servers = new OpenSslDtlsAssociationFactory(options, certificate);
        using var clients = new OpenSslDtlsAssociationFactory(DtlsRole.Client, options, peer);
        _ = Measure(servers, clients, peer.Fingerprint, count);
        var ours = new List<double>();
        var floor = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            floor.Add(await MeasureInCAsync(count));
            ours.Add(Measure(servers, clients, peer.Fingerprint, count));
        }

        double c = Measurement.Median(floor);
        double relay = Measurement.Median(ours);
        report.Figure(string.Create(CultureInfo.InvariantCulture, $"C {c:F0} us, relay {relay:F0} us of CPU a handshake, medians of {rounds} times {count}"));
        report.Bar(relay / c, "of OpenSSL's own CPU a handshake in C", RatioMax);
        return report.ExitCode;
    }

    private static async Task<double> MeasureInCAsync(int count)
    {
        string program = LimitServer.ProgramPath("handshake");
        var start = new ProcessStartInfo(program, [count.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using Process process = Process.Start(start)!;
        string printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return double.TryParse(printed, CultureInfo.InvariantCulture, out double nanoseconds)
            ? nanoseconds / 1000
            : throw new UsageException($"{program} printed '{printed}' instead of a number.");
    }

    private static double Measure(
        OpenSslDtlsAssociationFactory servers, OpenSslDtlsAssociationFactory clients, DtlsFingerprint peer, int count)
    {
        long spent = 0;
        for (int i = 0; i < count; i++)
        {
            spent += Handshake(servers, clients, peer);
        }

        return spent / 1000.0 / count;
    }

    private static long Handshake(OpenSslDtlsAssociationFactory servers, OpenSslDtlsAssociationFactory clients, DtlsFingerprint peer)
    {
        byte[] datagram = new byte[DatagramMaxBytes];
        byte[] keys = new byte[KeyingBytes];
        var now = new Instant(TimeSpan.TicksPerHour);
        using IDtlsAssociation client = clients.Create(servers.LocalFingerprint, slot: 0);
        long start = ThreadNanoseconds();
        IDtlsAssociation server = servers.Create(peer, slot: 0);
        long spent = ThreadNanoseconds() - start;
        client.HandleTimeout(now);
        for (int turn = 0; turn < TurnsMax && (client.State == DtlsState.Connecting || server.State == DtlsState.Connecting); turn++)
        {
            while (client.TryDequeueDatagram(datagram, out int length))
            {
                start = ThreadNanoseconds();
                server.HandleDatagram(datagram.AsSpan(0, length), now);
                spent += ThreadNanoseconds() - start;
            }

            while (true)
            {
                start = ThreadNanoseconds();
                bool hasOne = server.TryDequeueDatagram(datagram, out int length);
                spent += ThreadNanoseconds() - start;
                if (!hasOne)
                {
                    break;
                }

                client.HandleDatagram(datagram.AsSpan(0, length), now);
            }
        }

        start = ThreadNanoseconds();
        bool isDone = server.TryExportKeyingMaterial(keys);
        server.Dispose();
        spent += ThreadNanoseconds() - start;
        return isDone ? spent : throw new InvalidOperationException("A handshake failed.");
    }

    private static unsafe long ThreadNanoseconds()
    {
        long* time = stackalloc long[2];
        _ = ClockGetTime(ThreadCpuTime, time);
        return (time[0] * 1_000_000_000) + time[1];
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static unsafe partial int ClockGetTime(int clock, long* time);
}
