using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public sealed class TrainRefusalsTests
{
    [Fact]
    public void Trains_that_the_device_refuses_again_and_again_are_given_up()
    {
        var refusals = default(TrainRefusals);
        for (int i = 1; i < TrainRefusals.Max; i++)
        {
            Assert.False(refusals.HandleRefused(LinuxSystemCalls.ErrorIO));
        }

        Assert.True(refusals.HandleRefused(LinuxSystemCalls.ErrorIO));
    }

    [Fact]
    public void A_train_that_goes_through_clears_the_refusals_before_it()
    {
        var refusals = default(TrainRefusals);
        for (int i = 1; i < 4 * TrainRefusals.Max; i++)
        {
            Assert.False(refusals.HandleRefused(LinuxSystemCalls.ErrorIO));
            if (i % (TrainRefusals.Max - 1) == 0)
            {
                refusals.HandleAccepted();
            }
        }
    }

    [Theory]
    [InlineData(LinuxSystemCalls.ErrorInvalid)]
    [InlineData(LinuxSystemCalls.ErrorMessageSize)]
    public void A_narrow_path_says_nothing_of_the_others(int error)
    {
        var refusals = default(TrainRefusals);
        for (int i = 0; i < 4 * TrainRefusals.Max; i++)
        {
            Assert.False(refusals.HandleRefused(error));
        }
    }
}
