using System.Runtime.InteropServices;
using Relay.Host.Telemetry;

namespace Relay.Host.Api;

/// <summary>SIGTERM or SIGINT drains and then stops the host; a second one stops it at once.</summary>
internal sealed class SignalLifetime(
    Drainer drainer, IHostApplicationLifetime application, ILogger<SignalLifetime> logger) : IHostLifetime, IDisposable
{
    private readonly Drainer _drainer = drainer;
    private readonly IHostApplicationLifetime _application = application;
    private readonly ILogger<SignalLifetime> _logger = logger;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signals;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void OnSignal(PosixSignalContext context)
    {
        // Without this the runtime ends the process by itself.
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) == 1)
        {
            _ = DrainAsync();
        }
        else
        {
            _logger.StopForced();
            _application.StopApplication();
        }
    }

    private async Task DrainAsync()
    {
        try
        {
            await _drainer.DrainAsync(_application.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            // A second signal.
        }
        finally
        {
            _application.StopApplication();
        }
    }
}
