using Relay.Host.Api;
using Relay.Host.Check;
using Relay.Host.Configuration;
using Relay.Host.Platform;
using Relay.Host.Telemetry;
using Relay.Host.Turn;
using Relay.Host.Workers;

if (args is [TurnCredentialsCommand.Name, .. string[] rest])
{
    return TurnCredentialsCommand.Run(rest, TimeProvider.System.GetUtcNow(), Console.Out);
}

if (args is [CheckCommand.Name, .. string[] options])
{
    return await CheckCommand.RunAsync(options, TimeProvider.System.GetUtcNow(), CheckCommand.AnswerLimit, Console.Out);
}

LoadedOptions loaded = OptionSources.Load(args);
if (loaded.Problems.Count > 0)
{
    return StartProblems.Report(loaded.Problems);
}

TurnSecrets.EnsureOne(loaded.Options.Turn);
var random = new SystemRandomSource();
using ILoggerFactory logs = LoggerFactory.Create(RelayApplication.ConfigureLogging);
using CertificateReloader? certificates =
    TlsCertificate.TryOpen(loaded.Options.Tls, logs.CreateLogger<CertificateReloader>(), out OptionProblem? tlsProblem);
if (tlsProblem is not null)
{
    return StartProblems.Report([tlsProblem]);
}

using DiscoveryService? discovery = DiscoveryService.TryOpen(loaded.Options.Turn, random, out OptionProblem? discoveryProblem);
if (discoveryProblem is not null)
{
    return StartProblems.Report([discoveryProblem]);
}

try
{
    TurnServerFactory? turn = loaded.Options.Turn.Enabled
        ? new TurnServerFactory(loaded.Options, random, TimeProvider.System)
        : null;
    using var media = new MediaPlane(loaded.Options.Media, turn);
    foreach (string problem in media.Start())
    {
        Console.Error.WriteLine("relay: " + problem);
    }

    return await RelayProcess.RunAsync(loaded.Options, builder =>
    {
        builder.Services.AddSingleton<IMediaPlane>(media);
        builder.Services.AddSingleton<IPlainMediaPlane>(media);
        builder.Services.AddSingleton<IMetricsSource>(new MediaMetrics(media));
        if (turn is not null)
        {
            builder.Services.AddSingleton<IMetricsSource>(new TurnMetrics([.. media.Workers.Select(worker => worker.TurnCounters!)]));
            builder.Services.AddSingleton<IMetricsSource>(new PeerMetrics([.. media.Workers.Select(worker => worker.PeerSockets)]));
            StreamCounters streams = StreamListeners.Add(builder, loaded.Options, media.Streams, certificates, random);
            builder.Services.AddSingleton<IMetricsSource>(new StreamMetrics(streams, media.Streams));
        }

        if (discovery is not null)
        {
            builder.Services.AddHostedService(_ => discovery);
            builder.Services.AddSingleton<IMetricsSource>(new DiscoveryMetrics(discovery.Discovery));
        }
    }, media.Describe());
}
catch (MediaPortException e)
{
    return StartProblems.Report([e.ToProblem(loaded.Options.Media)]);
}
