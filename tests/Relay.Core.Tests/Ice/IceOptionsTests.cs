using Relay.Core.Ice;
using Xunit;

namespace Relay.Core.Tests.Ice;

public class IceOptionsTests
{
    public static TheoryData<IceOptions, string> Wrong => new()
    {
        { new IceOptions { ConsentTimeout = TimeSpan.Zero }, nameof(IceOptions.ConsentTimeout) },
        { new IceOptions { ConnectTimeout = TimeSpan.FromTicks(-1) }, nameof(IceOptions.ConnectTimeout) },
        { new IceOptions { NominationHold = TimeSpan.FromTicks(-1) }, nameof(IceOptions.NominationHold) },
        { new IceOptions { SelectedSilence = TimeSpan.Zero }, nameof(IceOptions.SelectedSilence) },
        { new IceOptions { MaxPairs = 1 }, nameof(IceOptions.MaxPairs) },
        { new IceOptions { MaxPairs = IceOptions.MaxPairsLimit + 1 }, nameof(IceOptions.MaxPairs) },
    };

    [Fact]
    public void The_defaults_are_valid_and_consent_lasts_as_rfc_7675_says()
    {
        IceOptions.Default.Validate();
        Assert.Equal(TimeSpan.FromSeconds(30), IceOptions.Default.ConsentTimeout);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_value_out_of_range_is_named(IceOptions options, string name)
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(options.Validate);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => new IceLiteAgent(options, new SeededRandomSource(1)));
    }
}
