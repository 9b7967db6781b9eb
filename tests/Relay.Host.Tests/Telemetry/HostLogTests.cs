using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Relay.Core.Diagnostics;
using Relay.Host.Tests.Api;
using Xunit;

namespace Relay.Host.Tests.Telemetry;

public class HostLogTests
{
    [Fact]
    public async Task No_address_token_id_or_text_is_logged_even_at_the_finest_level()
    {
        using var log = new CapturedLog();
        var secrets = new List<string> { "secret-chat-text", "secret-offer", "203.0.113.77", "secret-nonsense" };
        await using (RunningRelay relay = await RunningRelay.StartAsync(
            options => options.Http.TrustedProxies = ["127.0.0.1"],
            builder =>
            {
                // All of our own at its finest; the framework as in production.
                builder.Logging.AddFilter("Relay", LogLevel.Trace);
                builder.Logging.AddProvider(log);
            }))
        {
            relay.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.77");
            (TestClient first, TestClient second) = await relay.ConnectPairAsync("video");
            string port = relay.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
            secrets.AddRange([first.Token, first.Id, second.Token, second.Id, port]);
            await first.SendAsync("""{"t":"chat","d":{"text":"secret-chat-text"}}""");
            await second.ExpectAsync("chat");
            await first.SendAsync("secret-nonsense");
            await first.ExpectErrorAsync("bad_message");
            using HttpResponseMessage bad = await relay.SendAsync(
                HttpMethod.Post, first.MediaPath, second.Token, "secret-offer", "application/sdp");
            relay.Media.UnpairRefused = true;
            relay.Media.End(relay.Media.Legs[0], CloseReason.DtlsFailed);
            await second.ExpectAsync("partner.gone");
            relay.Media.Fails = true;
            using HttpResponseMessage failed = await relay.SendAsync(
                HttpMethod.Post, first.MediaPath, first.Token, "secret-offer", "application/sdp");
            first.Break();
            await second.SendAsync(new byte[20_000]);
            await second.ExpectCloseAsync();
            first.Dispose();
            second.Dispose();
        }

        Assert.Contains(
            log.Lines,
            line => line.StartsWith("Relay", StringComparison.Ordinal)
                && line.Contains("Session opened", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains("Leg closed: dtls_failed", StringComparison.Ordinal));
        foreach (string secret in secrets)
        {
            Assert.DoesNotContain(log.Lines, line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
        }

        Assert.DoesNotContain(log.Lines, line => line.Contains("127.0.0.1", StringComparison.Ordinal));
    }

    private sealed class CapturedLog : ILoggerProvider
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Capture(categoryName, Lines);

        public void Dispose()
        {
        }

        private sealed class Capture(string category, ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel,
                EventId eventId,
                TState state,
                Exception? exception,
                Func<TState,
                Exception?,
                string> formatter) =>
                lines.Enqueue($"{category} {logLevel} {eventId.Id} {formatter(state, exception)} {exception}");
        }
    }
}
