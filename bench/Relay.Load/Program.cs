using Relay.Load.Benches;
using Relay.Load.CommandLine;
using Relay.Load.Servers;

namespace Relay.Load;

/// <summary>The load generator's commands.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] words)
    {
        try
        {
            if (words.Length == 0 || words[0] is "--help" or "-h" or "help")
            {
                Console.WriteLine("Relay.Load COMMAND [options]\n\n" + PlainCommand.Usage + "\n\n" + ClientsCommand.Usage + "\n\n" + BenchSettings.Usage);
                return 0;
            }

            string bench = words[0] is "bench" && words.Length > 1 ? words[1] : string.Empty;
            var arguments = new Arguments(words[(bench.Length > 0 ? 2 : 1)..]);
            return words[0] switch
            {
                "plain" => await PlainCommand.RunAsync(arguments),
                "reflector" => Reflector.Run(arguments),
                "clients" => await ClientsCommand.RunAsync(arguments),
                "bench" => await BenchSettings.RunAsync(bench, arguments),
                _ => throw new UsageException($"'{words[0]}' is no command."),
            };
        }
        catch (UsageException e)
        {
            await Console.Error.WriteLineAsync($"Relay.Load: {e.Message}\nRelay.Load --help lists commands and options.");
            return 2;
        }
        catch (Exception e) when (e is TimeoutException or HttpRequestException or InvalidOperationException or IOException)
        {
            await Console.Error.WriteLineAsync($"Relay.Load: {e.Message}");
            return 1;
        }
    }
}
