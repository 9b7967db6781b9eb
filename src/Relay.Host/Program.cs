using Relay.Host.Api;
using Relay.Host.Configuration;
using Relay.Host.Workers;

LoadedOptions loaded = OptionSources.Load(args);
return loaded.Problems.Count > 0
    ? StartProblems.Report(loaded.Problems)
    : await RelayProcess.RunAsync(loaded.Options, builder => builder.Services.AddSingleton<IMediaPlane, NoMediaPlane>());
