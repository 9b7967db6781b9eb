using Relay.Host.Configuration;
using Xunit;

namespace Relay.Host.Tests.Configuration;

public class StartProblemsTests
{
    [Fact]
    public void Every_problem_is_a_line_on_stderr_and_the_exit_code_says_so()
    {
        TextWriter before = Console.Error;
        using var written = new StringWriter();
        Console.SetError(written);
        int code;
        try
        {
            code = StartProblems.Report([new OptionProblem("A:B", "1", "too small", "Set it."), new OptionProblem("C:D", "x", "no", "Drop it.")]);
        }
        finally
        {
            Console.SetError(before);
        }

        Assert.Equal(2, code);
        Assert.Contains("relay: A:B = 1: too small. Set it.", written.ToString(), StringComparison.Ordinal);
        Assert.Contains("relay: C:D = x: no. Drop it.", written.ToString(), StringComparison.Ordinal);
    }
}
