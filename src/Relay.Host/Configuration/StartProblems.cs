namespace Relay.Host.Configuration;

/// <summary>Says on stderr why the relay does not start.</summary>
internal static class StartProblems
{
    /// <summary>Exit code when the relay cannot start as configured.</summary>
    public const int ExitCode = 2;

    /// <summary>One line per problem; returns the exit code.</summary>
    public static int Report(IEnumerable<OptionProblem> problems)
    {
        foreach (OptionProblem problem in problems)
        {
            Console.Error.WriteLine("relay: " + problem);
        }

        return ExitCode;
    }
}
