using System.Net;
using System.Net.Sockets;
using Relay.Host.Admin;
using Relay.Host.Configuration;

namespace Relay.Host.Api;

/// <summary>Runs the relay from start to exit.</summary>
internal static class RelayProcess
{
    /// <summary>Starts, says so on stdout, waits for the end. Returns the exit code.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="configure">Registers the media plane.</param>
    /// <param name="mediaLines">What the operator is told about the media plane, a line each.</param>
    public static async Task<int> RunAsync(
        RelayOptions options, Action<WebApplicationBuilder> configure, IReadOnlyList<string> mediaLines)
    {
        if ((ListenProblem("Http:Listen", options.Http.Listen)
            ?? ListenProblem("Admin:Listen", options.Admin.Listen)
            ?? options.Turn.Listen.Select(StreamListenProblem).FirstOrDefault(found => found is not null)) is { } problem)
        {
            return StartProblems.Report([problem]);
        }

        await using WebApplication app = RelayApplication.Build(options, builder =>
        {
            builder.Services.AddSingleton<IHostLifetime, SignalLifetime>();
            configure(builder);
        });
        try
        {
            await app.StartAsync();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await Console.Error.WriteLineAsync("relay: cannot start: " + e.Message.ReplaceLineEndings(" "));
            return StartProblems.ExitCode;
        }

        foreach (string line in mediaLines)
        {
            await Console.Error.WriteLineAsync(line);
        }

        if (app.Services.GetService<AdminListener>() is { } admin)
        {
            await Console.Error.WriteLineAsync("Admin API: " + admin.Address);
        }

        Console.WriteLine("Relay is ready: " + BrowserAddress(app));
        await app.WaitForShutdownAsync();
        // Not 0 if the pairing loop failed: the service manager is to start the relay again.
        return Environment.ExitCode;
    }

    /// <summary>The address of the demo page; a wildcard is no address for a browser.</summary>
    internal static string BrowserAddress(WebApplication app)
    {
        var uri = new UriBuilder(app.Urls.First());
        if (IPAddress.TryParse(uri.Host.Trim('[', ']'), out IPAddress? address)
            && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            uri.Host = "localhost";
        }

        return uri.Uri.AbsoluteUri;
    }

    /// <summary>Tries the port first: the web server would bury the reason in a stack trace.</summary>
    private static OptionProblem? ListenProblem(string key, string value) =>
        ListenAddress.TryParse(value, out ListenAddress? listen) ? ListenProblem(key, value, listen, "http://127.0.0.1:8081") : null;

    private static OptionProblem? StreamListenProblem(string value) =>
        ListenAddress.TryParseStream(value, out ListenAddress? listen)
            ? ListenProblem("Turn:Listen", value, listen, "tcp://0.0.0.0:3478")
            : null;

    private static OptionProblem? ListenProblem(string key, string value, ListenAddress listen, string example)
    {
        try
        {
            using var socket = new Socket(listen.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(listen.Address, listen.Port));
            socket.Listen(1);
            return null;
        }
        catch (SocketException e)
        {
            string what = e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "the port is in use by another program",
                SocketError.AddressNotAvailable => "this machine has no such address",
                SocketError.AccessDenied => "only root may use a port below 1024",
                _ => "cannot listen there: " + e.Message,
            };
            return OptionProblem.OfValue(key, value, what, example);
        }
    }
}
