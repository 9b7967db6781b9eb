using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Relay.Core.Srtp;
using Relay.Load.Traffic;
using Relay.Testing;

namespace Relay.Load.Servers;

/// <summary>The relay: one that runs already, or one started for the bench.</summary>
internal sealed class RelayServer : IMediaServer
{
    private const string AdminKey = "load-generator-key";

    private readonly ServerProcess? _process;
    private readonly AdminClient? _admin;

    private RelayServer(ServerProcess? process, int processId, Uri? api, AdminClient? admin)
    {
        _process = process;
        ProcessId = processId;
        Api = api;
        _admin = admin;
    }

    public string Name => "relay";

    public int ProcessId { get; }

    /// <summary>The clients' API; null if only the admin API was told.</summary>
    public Uri? Api { get; }

    /// <summary>Starts the built relay on loopback with free ports.</summary>
    /// <param name="cpus">What taskset takes; null for any.</param>
    /// <param name="isAlone">Its packet thread runs before everything else on its CPU, where that is allowed, as the C programs do.</param>
    /// <param name="hasAdmin">With the admin API, which plain legs need.</param>
    /// <param name="options">Such as --Media:Gso=false.</param>
    public static async Task<RelayServer> StartAsync(string? cpus, bool isAlone, bool hasAdmin, params string[] options)
    {
        string[] admin = hasAdmin ? ["--Admin:Listen=http://127.0.0.1:0", $"--Admin:Key={AdminKey}"] : [];
        string[] priority = isAlone && Environment.IsPrivilegedProcess ? ["--Media:RealtimePriority=10"] : [];
        ServerProcess process = ServerProcess.Start(
            cpus,
            isAlone: false,
            [
                "dotnet", "exec", RelayFixture.ProgramPath,
                "--Http:Listen=http://127.0.0.1:0", "--Media:BindAddress=127.0.0.1", "--Media:Port=0",
                "--Limits:SessionsPerSourcePerMinute=100000", "--Limits:SessionsPerSourceBurst=100000",
                .. admin, .. priority, .. options,
            ]);
        try
        {
            var api = new Uri(await process.WaitForLineAsync("Relay is ready: "));
            AdminClient? client = hasAdmin ? new AdminClient(new Uri(await process.WaitForLineAsync("Admin API: ")), AdminKey) : null;
            return new RelayServer(process, process.Id, api, client);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Uses a relay that runs on this machine; it is left running.</summary>
    public static RelayServer Attach(int processId, Uri? api, Uri? admin, string key) =>
        new(null, processId, api, admin is null ? null : new AdminClient(admin, key));

    public async Task OpenAsync(LegSet legs)
    {
        AdminClient admin = _admin ?? throw new InvalidOperationException("No admin API.");
        string[] ids = new string[legs.Legs.Count];
        for (int first = 0; first < ids.Length; first += AdminClient.ItemsMax)
        {
            LoadLeg[] some = [.. legs.Legs.Skip(first).Take(AdminClient.ItemsMax)];
            JsonElement answers = await admin.CreateTransportsAsync([.. some.Select(l => Describe(l, legs))]);
            for (int i = 0; i < some.Length; i++)
            {
                JsonElement answer = answers[i];
                ids[first + i] = answer.GetProperty("id").GetString()!;
                some[i].ServerAddress = ToNumber(IPAddress.Parse(answer.GetProperty("ip").GetString()!));
                some[i].ServerPort = answer.GetProperty("port").GetInt32();
                some[i].IncomingSsrc = answer.GetProperty(legs.Plan.Kind == MediaKind.Video ? "videoSsrc" : "audioSsrc").GetUInt32();
            }
        }

        JsonObject[] edges =
        [
            .. legs.Legs.Where(l => l.Source is not null)
                .Select(l => new JsonObject { ["consumer"] = ids[l.Index], ["producer"] = ids[l.Source!.Index] }),
        ];
        string room = await admin.CreateRoomAsync();
        foreach (JsonObject[] some in edges.Chunk(AdminClient.ItemsMax))
        {
            await admin.AddEdgesAsync(room, [.. some]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private static uint ToNumber(IPAddress address)
    {
        byte[] bytes = address.MapToIPv4().GetAddressBytes();
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static JsonObject Describe(LoadLeg leg, LegSet legs)
    {
        bool isVideo = legs.Plan.Kind == MediaKind.Video;
        LegKeys keys = legs.Keys[leg.Index];
        return new JsonObject
        {
            [isVideo ? "video" : "audio"] = new JsonObject
            {
                ["codec"] = isVideo ? "VP8" : "opus",
                ["payloadType"] = leg.PayloadType,
                ["ssrc"] = leg.Ssrc,
                ["produces"] = leg.Sends,
                ["consumes"] = leg.Source is not null,
            },
            ["srtp"] = new JsonObject
            {
                ["profile"] = ProfileName(legs.Plan.Profile),
                ["localKey"] = Convert.ToBase64String(keys.ToLeg),
                ["remoteKey"] = Convert.ToBase64String(keys.FromLeg),
            },
            // A leg behind an allocation comes from there; which of its addresses that is, is the relay's to know.
            ["remote"] = legs.Plan.IsBehindTurn(leg.Index) ? null : $"{LoadLeg.ToAddress(leg.LocalAddress)}:{legs.Socket.Port}",
        };
    }

    public static string ProfileName(SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes128Gcm => "AEAD_AES_128_GCM",
        SrtpProfile.AeadAes256Gcm => "AEAD_AES_256_GCM",
        _ => "AES128_CM_SHA1_80",
    };
}
