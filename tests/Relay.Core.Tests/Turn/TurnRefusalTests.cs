using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class TurnRefusalTests
{
    /// <summary>Those that nobody is told of.</summary>
    private static readonly TurnRefusal[] Silent = [TurnRefusal.None, TurnRefusal.AnswerBudget, TurnRefusal.AnswerTooLong];

    [Fact]
    public void Every_refusal_has_a_code_or_is_silent()
    {
        foreach (TurnRefusal refusal in Enum.GetValues<TurnRefusal>())
        {
            Assert.Equal(!Silent.Contains(refusal), TurnRefusals.CodeOf(refusal) is >= 300 and <= 508);
        }

        Assert.Equal(486, TurnRefusals.CodeOf(TurnRefusal.SourceQuota));
        Assert.Equal(508, TurnRefusals.CodeOf(TurnRefusal.Draining));
    }
}
