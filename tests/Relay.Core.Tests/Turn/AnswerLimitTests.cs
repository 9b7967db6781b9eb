using Relay.Core.Turn;
using Xunit;
using static Relay.Core.Tests.Turn.AddressText;

namespace Relay.Core.Tests.Turn;

public sealed class AnswerLimitTests
{
    [Theory]
    [InlineData("192.0.2.1", 20, 48, true)]
    [InlineData("192.0.2.1", 20, 49, false)]
    [InlineData("2001:db8::1", 20, 60, true)]
    [InlineData("2001:db8::1", 20, 61, false)]
    [InlineData("192.0.2.1", 1472, 2372, true)]
    [InlineData("192.0.2.1", 1472, 2373, false)]
    public void An_answer_has_1_6_times_the_bytes_of_its_question_on_the_wire(string source, int question, int answer, bool fits) =>
        Assert.Equal(fits, AnswerLimit.Fits(Peer(source), question, answer));
}
