using Relay.Host;
using Relay.Host.Api;
using Relay.Host.Configuration;
using Relay.Host.Workers;

LoadedOptions loaded = OptionSources.Load(args);
return loaded.Problems.Count > 0
    ? StartProblems.Report(loaded.Problems)
    : await RelayProcess.RunAsync(loaded.Options, services => services.AddSingleton<IMediaPlane, NoMediaPlane>());
