using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Relay.Host.Tests.Turn;

/// <summary>Keeps warnings and errors.</summary>
internal sealed class ComplaintLog : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Said { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Said.Enqueue(formatter(state, exception) + exception);
        }
    }

    public void Dispose()
    {
    }
}
