using System.Net;
using Relay.Core.Primitives;
using Relay.Core.Turn;
using Relay.Host.Configuration;
using Relay.Host.Turn;
using Relay.Host.Workers;

namespace Relay.Host.Check;

/// <summary>
/// <c>relay check [options]</c>: could a client reach the relay that runs with these options? Tries UDP, TCP and TLS at all
/// addresses that clients are told, and says a line for each.
/// </summary>
internal static class CheckCommand
{
    /// <summary>The first argument.</summary>
    public const string Name = "check";

    /// <summary>The exit code if something does not work.</summary>
    public const int FailedExitCode = 1;

    /// <summary>The longest wait for an answer.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan CredentialLifetime = TimeSpan.FromMinutes(5);

    /// <summary>Prints a line for each way and a sum; returns the exit code.</summary>
    /// <param name="args">What follows <see cref="Name"/>: the relay's options.</param>
    /// <param name="now">The time of day.</param>
    /// <param name="limit">The longest wait for each step.</param>
    /// <param name="output">Where to.</param>
    public static async Task<int> RunAsync(string[] args, DateTimeOffset now, TimeSpan limit, TextWriter output)
    {
        LoadedOptions loaded = OptionSources.Load(args);
        if (loaded.Problems.Count > 0)
        {
            return StartProblems.Report(loaded.Problems);
        }

        TurnServiceOptions turn = loaded.Options.Turn;
        if (!turn.Enabled)
        {
            return StartProblems.Report([OptionProblem.OfValue(
                "Turn:Enabled", "false", "must be true for a check, which asks STUN and TURN", "true")]);
        }

        CheckPlan plan = await CheckPlan.MakeAsync(loaded.Options, limit);
        HashSet<UInt128> own = [.. AnnouncedAddresses.OfHost().Select(address => address.Address)];
        IEnumerable<Task<CheckLine>> probes = plan.Targets.Select(target => new CheckProbe(
            target, IsOwn(target.EndPoint), plan.Announced, limit).RunAsync(CreateUser(turn, now, target.Worker)));
        CheckLine[] lines = [.. plan.Lines, .. await Task.WhenAll(probes), .. Untried(turn)];
        foreach (CheckLine line in lines)
        {
            await output.WriteLineAsync(line.ToString());
        }

        int failed = lines.Count(line => line.Outcome == CheckOutcome.Failed);
        int tried = failed + lines.Count(line => line.Outcome == CheckOutcome.Ok);
        await output.WriteLineAsync(failed == 0 ? $"All {tried} ways work." : $"{failed} of {tried} do not work.");
        return failed == 0 ? 0 : FailedExitCode;

        bool IsOwn(IPEndPoint end) => IPAddress.IsLoopback(end.Address) || own.Contains(TransportAddress.FromEndPoint(end).Address);
    }

    // A name for each way: one for all would reach the limit of allocations per user.
    private static TurnUser? CreateUser(TurnServiceOptions options, DateTimeOffset now, int worker)
    {
        if (worker == CheckTarget.Discovery)
        {
            return null;
        }

        if (options.Secrets.Count > 0)
        {
            string username = TurnUsername.ForSession(now + CredentialLifetime, worker);
            return new TurnUser(username, TurnCredentials.Mint(options.Secrets[0], username));
        }

        if (options.Users.Count == 0)
        {
            return null;
        }

        string[] parts = options.Users[0].Split(':', 2);
        return new TurnUser(parts[0], parts[1]);
    }

    private static IEnumerable<CheckLine> Untried(TurnServiceOptions options)
    {
        if (options.Secrets.Count == 0 && options.Users.Count == 0)
        {
            yield return new CheckLine(
                CheckOutcome.Note,
                "allocations were not tried: without Turn:Secrets only the running relay knows the secret that it drew at start");
        }
    }
}
