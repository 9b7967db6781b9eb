using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class TurnOptionsTests
{
    public static TheoryData<TurnOptions, string> Wrong => new()
    {
        { new TurnOptions { UnixSecondsAtZero = -1 }, nameof(TurnOptions.UnixSecondsAtZero) },
        { new TurnOptions { RelayIPv4 = TurnRig.MediaIPv6 }, nameof(TurnOptions.RelayIPv4) },
        { new TurnOptions { RelayIPv6 = TurnRig.Media }, nameof(TurnOptions.RelayIPv6) },
        { new TurnOptions { RelayPortMin = 0 }, nameof(TurnOptions.RelayPortMin) },
        { new TurnOptions { RelayPortMin = 65_535 }, nameof(TurnOptions.RelayPortMin) },
        { new TurnOptions { RelayPortMax = 49_152 }, nameof(TurnOptions.RelayPortMax) },
        { new TurnOptions { RelayPortMax = 65_536 }, nameof(TurnOptions.RelayPortMax) },
        { new TurnOptions { AllocationsMax = 0 }, nameof(TurnOptions.AllocationsMax) },
        { new TurnOptions { AllocationsMax = TurnOptions.AllocationsLimit + 1 }, nameof(TurnOptions.AllocationsMax) },
        { new TurnOptions { AllocationsPerUserMax = 0 }, nameof(TurnOptions.AllocationsPerUserMax) },
        { new TurnOptions { AllocationsPerSourceMax = 0 }, nameof(TurnOptions.AllocationsPerSourceMax) },
        { new TurnOptions { LifetimeMin = TimeSpan.FromSeconds(59) }, nameof(TurnOptions.LifetimeMin) },
        { new TurnOptions { LifetimeMin = TimeSpan.FromHours(2) }, nameof(TurnOptions.LifetimeMin) },
        { new TurnOptions { LifetimeMax = TimeSpan.FromSeconds(599) }, nameof(TurnOptions.LifetimeMax) },
        { new TurnOptions { LifetimeMax = TimeSpan.FromDays(2) }, nameof(TurnOptions.LifetimeMax) },
        { new TurnOptions { PermissionsMax = 0 }, nameof(TurnOptions.PermissionsMax) },
        { new TurnOptions { PermissionsMax = TurnOptions.PeersLimit + 1 }, nameof(TurnOptions.PermissionsMax) },
        { new TurnOptions { ChannelsMax = 0 }, nameof(TurnOptions.ChannelsMax) },
        { new TurnOptions { ChannelsMax = TurnOptions.PeersLimit + 1 }, nameof(TurnOptions.ChannelsMax) },
        { new TurnOptions { ReservationsMax = 0 }, nameof(TurnOptions.ReservationsMax) },
        { new TurnOptions { ReservationsMax = TurnOptions.ReservationsLimit + 1 }, nameof(TurnOptions.ReservationsMax) },
        { new TurnOptions { AllocationBytesPerSecond = -1 }, nameof(TurnOptions.AllocationBytesPerSecond) },
        { new TurnOptions { TotalBytesPerSecond = -1 }, nameof(TurnOptions.TotalBytesPerSecond) },
        { new TurnOptions { AnswersPerSecond = 0 }, nameof(TurnOptions.AnswersPerSecond) },
        { new TurnOptions { AnswersBurst = 0 }, nameof(TurnOptions.AnswersBurst) },
        { new TurnOptions { AnswerPrefixes = 3 }, nameof(TurnOptions.AnswerPrefixes) },
        { new TurnOptions { ConnectionsMax = 0 }, nameof(TurnOptions.ConnectionsMax) },
        { new TurnOptions { ConnectionsPerAllocationMax = 257 }, nameof(TurnOptions.ConnectionsPerAllocationMax) },
        { new TurnOptions { UnboundConnectionsMax = 0 }, nameof(TurnOptions.UnboundConnectionsMax) },
        { new TurnOptions { ConnectsPerSecond = 0 }, nameof(TurnOptions.ConnectsPerSecond) },
        { new TurnOptions { ConnectsBurst = 0 }, nameof(TurnOptions.ConnectsBurst) },
        { new TurnOptions { Worker = 256 }, nameof(TurnOptions.Worker) },
        { new TurnOptions { AlternateIPv4 = TurnRig.MediaIPv6 }, nameof(TurnOptions.AlternateIPv4) },
        { new TurnOptions { AlternateIPv6 = TurnRig.Media }, nameof(TurnOptions.AlternateIPv6) },
    };

    [Fact]
    public void The_defaults_are_valid_and_as_rfc_8656_says()
    {
        TurnOptions.Default.Validate();
        TurnRig.Options.Validate();
        Assert.Equal(TimeSpan.FromSeconds(600), TurnOptions.Default.LifetimeMin);
        Assert.Equal(49_152, TurnOptions.Default.RelayPortMin);
        Assert.False(TurnOptions.Default.AllowWideChannels);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_value_out_of_range_is_named(TurnOptions options, string name)
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(options.Validate);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => new TurnRig(options));
    }
}
