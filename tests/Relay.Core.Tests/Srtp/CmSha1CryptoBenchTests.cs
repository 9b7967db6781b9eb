using System.Diagnostics;
using System.Globalization;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

/// <summary>
/// ./bench.sh crypto, figures without a bar: AES-CM with HMAC-SHA1 in batches of different sizes, each packet of a session of
/// its own, against OpenSSL packet by packet. Both take turns on one thread, and medians are compared. Nothing is asserted
/// about time: a test run measures nothing, the bench reads the lines.
/// </summary>
[Collection(nameof(EvpContextTests))]
public class CmSha1CryptoBenchTests(ITestOutputHelper output)
{
    private const int HeaderBytes = 12;
    private const int PacketsPerTurn = 128;
    private static readonly byte[] Rollover = new byte[4];

    [Theory]
    [InlineData(160)]
    [InlineData(1200)]
    public void Batches_against_openssl(int length)
    {
        foreach (int count in new[] { 1, 2, 4, 8, 16, 64 })
        {
            using Sessions mine = new(count, length, isBatched: true);
            using Sessions evp = new(count, length, isBatched: false);
            Report("seal", length, count, mine.Seal, evp.Seal);
            Assert.True(mine.Open() && evp.Open());
            Report("open", length, count, () => mine.Open(), () => evp.Open());
        }
    }

    private static double Turn(Action batch, int count)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < PacketsPerTurn; i += count)
        {
            batch();
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / PacketsPerTurn;
    }

    private void Report(string what, int length, int count, Action mine, Action evp)
    {
        int turns = Environment.GetEnvironmentVariable("BENCH_AT_LENGTH") is null ? 2 : 1500;
        double[] mineTimes = new double[turns];
        double[] evpTimes = new double[turns];
        for (int i = 0; i < turns * 2; i++)
        {
            // The first half is for the compiler to warm up.
            mineTimes[i % turns] = Turn(mine, count);
            evpTimes[i % turns] = Turn(evp, count);
        }

        Array.Sort(mineTimes);
        Array.Sort(evpTimes);
        double ratio = mineTimes[turns / 2] / evpTimes[turns / 2];
        string batch = $"Aes128CmSha1_80 {what} {length} bytes, batches of {count}";
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"crypto: {ratio:0.000} of EVP, {batch}, {mineTimes[turns / 2]:0} ns against {evpTimes[turns / 2]:0} ns"));
    }

    private sealed class Sessions : IDisposable
    {
        private readonly SrtpBatch? _batch;
        private readonly CmSha1Cipher[] _ciphers;
        private readonly PinnedPackets _packets;
        private readonly byte[] _plain;
        private readonly byte[] _opened;

        public Sessions(int count, int length, bool isBatched)
        {
            _batch = isBatched ? new SrtpBatch() : null;
            _packets = new PinnedPackets(count);
            _plain = RtpPacket(1, length);
            _opened = new byte[length];
            _ciphers = new CmSha1Cipher[count];
            for (int i = 0; i < count; i++)
            {
                byte[] key = MasterKey(SrtpProfile.Aes128CmSha1_80);
                key[0] = (byte)i;
                _plain.AsSpan(0, HeaderBytes).CopyTo(_packets[i]);
                byte[] salt = MasterSalt(SrtpProfile.Aes128CmSha1_80);
                _ciphers[i] = isBatched && AesCmSha1Cipher.IsSupported
                    ? new AesCmSha1Cipher(key, [.. key, 1, 2, 3, 4], salt, _batch)
                    : new EvpCmSha1Cipher(key, [.. key, 1, 2, 3, 4], salt, _batch);
            }
        }

        public void Seal()
        {
            for (int i = 0; i < _ciphers.Length; i++)
            {
                Span<byte> packet = _packets[i];
                int end = _plain.Length;
                _ciphers[i].Seal(
                    Ssrc,
                    1,
                    packet[..HeaderBytes],
                    Rollover,
                    default,
                    _plain.AsSpan(HeaderBytes),
                    packet[HeaderBytes..end],
                    packet.Slice(end, CmSha1Cipher.TagBytes));
            }

            _batch?.FlushTags();
        }

        public bool Open()
        {
            int end = _plain.Length;
            for (int i = 0; _batch is not null && i < _ciphers.Length; i++)
            {
                _ciphers[i].Forecast(_packets[i][..end], 0);
            }

            _batch?.ComputeForecasts();
            bool all = true;
            for (int i = 0; i < _ciphers.Length; i++)
            {
                ReadOnlySpan<byte> packet = _packets[i];
                ReadOnlySpan<byte> tag = packet.Slice(end, CmSha1Cipher.TagBytes);
                all &= _ciphers[i].Open(
                    Ssrc, 1, packet[..HeaderBytes], Rollover, packet[HeaderBytes..end], _opened, tag);
            }

            _batch?.ClearForecasts();
            return all;
        }

        public void Dispose()
        {
            foreach (CmSha1Cipher cipher in _ciphers)
            {
                cipher.Dispose();
            }

            _packets.Dispose();
        }
    }
}
