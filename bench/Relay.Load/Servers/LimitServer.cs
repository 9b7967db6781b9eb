using System.Globalization;
using System.Text;
using System.Text.Json;
using Relay.Load.CommandLine;
using Relay.Load.Traffic;

namespace Relay.Load.Servers;

/// <summary>One of the C programs of bench/limit, for one set of legs.</summary>
internal sealed class LimitServer : IMediaServer
{
    public const uint Loopback = 0x7F00_0001;

    private readonly string _program;
    private readonly string? _cpus;
    private readonly string[] _options;
    private ServerProcess? _process;
    private string? _legsFile;

    /// <param name="program">reflect or srtp.</param>
    /// <param name="cpus">What taskset takes.</param>
    /// <param name="options">Its options, such as --gro.</param>
    public LimitServer(string program, string? cpus, params string[] options)
    {
        _program = program;
        _cpus = cpus;
        _options = options;
    }

    public string Name => "C";

    public int ProcessId => Process.Id;

    public ServerProcess Process => _process ?? throw new InvalidOperationException("No legs yet.");

    /// <summary>Where make puts the programs.</summary>
    public static string ProgramPath(string program)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "artifacts", "limit", program);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new UsageException("The C programs are not built: make -C bench/limit.");
    }

    public async Task OpenAsync(LegSet legs)
    {
        string[] files = [];
        if (_program.Equals("srtp", StringComparison.Ordinal))
        {
            _legsFile = Path.GetTempFileName();
            await File.WriteAllTextAsync(_legsFile, Describe(legs));
            files = [_legsFile];
        }

        _process = ServerProcess.Start(_cpus, isAlone: true, [ProgramPath(_program), .. _options, .. files]);
        int port = int.Parse(await _process.WaitForLineAsync("port "), CultureInfo.InvariantCulture);
        foreach (LoadLeg leg in legs.Legs)
        {
            (leg.ServerAddress, leg.ServerPort) = (Loopback, port);
            leg.IncomingSsrc = legs.Plan.IsReflected ? leg.Ssrc : SsrcTo(leg);
        }
    }

    /// <summary>Starts its counters afresh.</summary>
    public Task ResetAsync() => Process.SignalAsync("USR1");

    /// <summary>Ends it and returns what it counted.</summary>
    public async Task<JsonElement> StopAsync()
    {
        using JsonDocument report = JsonDocument.Parse(await Process.StopAsync());
        return report.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        if (_legsFile is not null)
        {
            File.Delete(_legsFile);
        }
    }

    private static uint SsrcTo(LoadLeg leg) => leg.Ssrc ^ 0x8000_0000;

    private static string Describe(LegSet legs)
    {
        string profile = RelayServer.ProfileName(legs.Plan.Profile);
        var text = new StringBuilder();
        foreach (LoadLeg leg in legs.Legs)
        {
            LegKeys keys = legs.Keys[leg.Index];
            text.Append(CultureInfo.InvariantCulture, $"{profile} {LoadLeg.ToAddress(leg.LocalAddress)}:{legs.Socket.Port} ")
                .Append(CultureInfo.InvariantCulture, $"{Convert.ToHexString(keys.FromLeg)} {Convert.ToHexString(keys.ToLeg)} {SsrcTo(leg)}\n");
        }

        return text.ToString();
    }
}
