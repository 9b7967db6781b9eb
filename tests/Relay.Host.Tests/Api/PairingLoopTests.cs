using Microsoft.Extensions.DependencyInjection;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class PairingLoopTests
{
    [Fact]
    public async Task A_full_queue_refuses_requests_and_recovers()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync(options => options.Limits.PairingQueueInputs = 16);
        PairingLoop loop = relay.Services.GetRequiredService<PairingLoop>();
        using var gate = new ManualResetEventSlim();
        using var running = new ManualResetEventSlim();
        await loop.PostAsync(() =>
        {
            running.Set();
            gate.Wait();
        });
        running.Wait();
        for (int i = 0; i < 16; i++)
        {
            await loop.PostAsync(() => { });
        }

        using HttpResponseMessage refused = await relay.Http.PostAsync("/v1/sessions", null);
        await SessionEndpointsTests.ExpectProblemAsync(refused, 503, "overloaded");
        gate.Set();
        await loop.PostAsync(() => { });
        using TestClient client = await relay.ConnectAsync();
    }

    [Fact]
    public async Task A_bug_in_the_loop_stops_the_relay()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        PairingLoop loop = relay.Services.GetRequiredService<PairingLoop>();
        var lifetime = relay.Services.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>();
        var stopping = new TaskCompletionSource();
        using CancellationTokenRegistration registration = lifetime.ApplicationStopping.Register(stopping.SetResult);
        int exitCode = Environment.ExitCode;
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => loop.AskAsync(() => throw new InvalidOperationException("a bug")));
        await stopping.Task;
        Assert.Equal(1, Environment.ExitCode);
        Environment.ExitCode = exitCode;
    }
}
