using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Relay.Core.Diagnostics;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Srtp;
using Relay.Testing;
using Xunit;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>Plain legs through the admin API of a running relay: real SRTP over sockets of the loopback.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class PlainTransportTests
{
    private const string Key = "an-admin-key-for-this-test";
    private const string AdminPrefix = "Admin API: ";
    private const uint SourceSsrc = 1001;
    private const uint SinkSsrc = 2001;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("AEAD_AES_128_GCM", SrtpProfile.AeadAes128Gcm)]
    [InlineData("AES128_CM_SHA1_80", SrtpProfile.Aes128CmSha1_80)]
    public async Task A_leg_with_a_given_address_is_heard_by_one_that_is_learned(string name, SrtpProfile profile)
    {
        await using RelayFixture relay = await RelayFixture.StartAsync(("Admin:Listen", "http://127.0.0.1:0"), ("Admin:Key", Key));
        using HttpClient admin = CreateClient(relay);
        using var source = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var sink = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        byte[] sourceKey = CreateKey(profile, 1);
        byte[] sinkKey = CreateKey(profile, 2);
        byte[] relayKey = CreateKey(profile, 3);
        JsonElement legs = await PostAsync(admin, "plain-transports", new[]
        {
            Leg(SourceSsrc, name, relayKey, sourceKey, source.Client.LocalEndPoint!.ToString()),
            Leg(SinkSsrc, name, relayKey, sinkKey, remote: null),
        });
        string from = legs[0].GetProperty("id").GetString()!;
        string to = legs[1].GetProperty("id").GetString()!;
        string room = (await PostAsync(admin, "rooms", null)).GetProperty("id").GetString()!;
        await PostAsync(admin, $"rooms/{room}/edges", new { consumer = to, producer = from });

        var port = new IPEndPoint(IPAddress.Parse(legs[0].GetProperty("ip").GetString()!), legs[0].GetProperty("port").GetInt32());
        using var outbound = Outbound(profile, sourceKey);
        using var report = Outbound(profile, sinkKey);
        using var inbound = Inbound(profile, relayKey);
        await sink.SendAsync(SealReport(report), port);
        await WaitAsync(async () => (await ConnectedAsync(admin)) == 2);

        int received = 0;
        for (ushort sequence = 1; sequence <= 50; sequence++)
        {
            await source.SendAsync(SealAudio(outbound, sequence), port);
            while (true)
            {
                byte[] datagram = (await sink.ReceiveAsync().WaitAsync(Patience)).Buffer;
                if (datagram[1] is >= 192 and <= 223)
                {
                    continue;
                }

                Assert.Equal(DropReason.None, inbound.Unprotect(datagram, datagram, out int length));
                Assert.Equal(DropReason.None, RtpPacketReader.TryParse(datagram.AsSpan(0, length), out RtpPacketReader rtp));
                Assert.Equal(legs[1].GetProperty("audioSsrc").GetUInt32(), rtp.Ssrc);
                Assert.Equal((byte)sequence, rtp.Payload[0]);
                received++;
                break;
            }
        }

        Assert.Equal(50, received);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"plain-transports/{from}")).StatusCode);
        Assert.DoesNotContain(Key, relay.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(source.Client.LocalEndPoint!.ToString()!, relay.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_legs_are_opened_by_one_request_through_a_small_mailbox()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync(
            ("Admin:Listen", "http://127.0.0.1:0"), ("Admin:Key", Key), ("Media:MailboxCapacity", "16"));
        using HttpClient admin = CreateClient(relay);
        byte[] local = CreateKey(SrtpProfile.AeadAes128Gcm, 1);
        byte[] remote = CreateKey(SrtpProfile.AeadAes128Gcm, 2);
        object[] legs = [.. Enumerable.Range(1, 1000).Select(i => Leg((uint)i, "AEAD_AES_128_GCM", local, remote, remote: null))];
        JsonElement opened = await PostAsync(admin, "plain-transports", legs);
        Assert.Equal(1000, opened.GetArrayLength());
        using HttpResponseMessage full = await admin.PostAsJsonAsync(
            "plain-transports", Leg(5000, "AEAD_AES_128_GCM", local, remote, remote: null));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, full.StatusCode);

        string room = (await PostAsync(admin, "rooms", null)).GetProperty("id").GetString()!;
        string producer = opened[0].GetProperty("id").GetString()!;
        object[] edges = [.. opened.EnumerateArray().Skip(1).Select(leg => (object)new { consumer = leg.GetProperty("id").GetString(), producer })];
        await PostAsync(admin, $"rooms/{room}/edges", edges);
        JsonElement listed = JsonDocument.Parse(await admin.GetStringAsync("rooms")).RootElement;
        Assert.Equal(999, listed.GetProperty("rooms")[0].GetProperty("edgeCount").GetInt32());
        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"plain-transports/{producer}")).StatusCode);
        listed = JsonDocument.Parse(await admin.GetStringAsync("rooms")).RootElement;
        Assert.Equal(0, listed.GetProperty("rooms")[0].GetProperty("edgeCount").GetInt32());
    }

    [Fact]
    public async Task The_admin_api_is_off_unless_it_is_asked_for_and_never_public()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        Assert.DoesNotContain(AdminPrefix, relay.Output, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = relay.BaseAddress };
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/v1/admin/rooms")).StatusCode);
    }

    private static HttpClient CreateClient(RelayFixture relay)
    {
        string line = relay.Output.Split('\n').Single(l => l.StartsWith(AdminPrefix, StringComparison.Ordinal));
        var http = new HttpClient { BaseAddress = new Uri(new Uri(line[AdminPrefix.Length..].Trim()), "/v1/admin/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return http;
    }

    private static async Task<JsonElement> PostAsync(HttpClient admin, string path, object? body)
    {
        using HttpResponseMessage response = body is null ? await admin.PostAsync(path, null) : await admin.PostAsJsonAsync(path, body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private static async Task<int> ConnectedAsync(HttpClient admin) =>
        JsonDocument.Parse(await admin.GetStringAsync("plain-transports")).RootElement
            .GetProperty("transports").EnumerateArray().Count(leg => leg.GetProperty("connected").GetBoolean());

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    private static object Leg(uint ssrc, string profile, byte[] localKey, byte[] remoteKey, string? remote) => new
    {
        audio = new { codec = "opus", payloadType = 111, ssrc },
        srtp = new { profile, localKey = Convert.ToBase64String(localKey), remoteKey = Convert.ToBase64String(remoteKey) },
        remote,
    };

    private static byte[] CreateKey(SrtpProfile profile, byte first)
    {
        byte[] key = new byte[SrtpMasterKey.Length(profile)];
        key[0] = first;
        return key;
    }

    private static SrtpOutbound Outbound(SrtpProfile profile, byte[] key) =>
        new(profile, key.AsSpan(0, SrtpProfiles.KeyLength(profile)), key.AsSpan(SrtpProfiles.KeyLength(profile)));

    private static SrtpInbound Inbound(SrtpProfile profile, byte[] key) =>
        new(profile, key.AsSpan(0, SrtpProfiles.KeyLength(profile)), key.AsSpan(SrtpProfiles.KeyLength(profile)));

    private static byte[] SealAudio(SrtpOutbound outbound, ushort sequence)
    {
        byte[] header = new byte[RtpHeaderWriter.Length];
        RtpHeaderWriter.Write(header, marker: false, 111, sequence, sequence * 960u, SourceSsrc, hasExtension: false);
        byte[] datagram = new byte[128];
        outbound.Protect(header, default, [(byte)sequence, 2, 3], datagram, out int length);
        return datagram[..length];
    }

    private static byte[] SealReport(SrtpOutbound outbound)
    {
        byte[] report = new byte[64];
        int plain = ReceiverReportWriter.Write(report, SinkSsrc, default);
        outbound.ProtectRtcp(report, plain, out int length);
        return report[..length];
    }
}
