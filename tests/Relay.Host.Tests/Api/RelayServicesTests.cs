using Microsoft.Extensions.DependencyInjection;
using Relay.Host.Api;
using Relay.Host.Configuration;
using Xunit;

namespace Relay.Host.Tests.Api;

public class RelayServicesTests
{
    [Fact]
    public void One_pairing_loop_runs_and_is_the_one_that_requests_reach()
    {
        var services = new ServiceCollection();
        RelayServices.Add(services, new RelayOptions());
        Assert.Single(services, service => service.ServiceType == typeof(PairingLoop) && service.Lifetime == ServiceLifetime.Singleton);
        Assert.DoesNotContain(services, service => service.ImplementationType == typeof(PairingLoop) && service.ServiceType != typeof(PairingLoop));
    }
}
