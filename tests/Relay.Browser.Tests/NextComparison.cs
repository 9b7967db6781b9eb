using System.Globalization;

namespace Relay.Browser.Tests;

/// <summary>
/// How long <c>next</c> takes somebody whose media goes through TURN or over TCP, against somebody on plain UDP. Both are there all
/// the time and switch in turns between the same two partners, so that what else the machine does meets both alike.
/// </summary>
/// <remarks>
/// What is judged is when the new partner's first frame has arrived and is decoded. When it is shown depends besides on how long the
/// page's jitter buffer holds frames back, which it has learned from all that the page ever received, on a busy machine
/// hundreds of milliseconds and different in each page: that is printed only.
/// </remarks>
internal sealed class NextComparison
{
    private const int TurnSwitches = 5;

    // Browsers and relay share the processors: a single switch may take twice as long as the next one. Medians that are too
    // far apart are given more switches; those of a way that is slower stay so.
    private const int CyclesMax = 4;

    // A source gets one request for a keyframe a second (KeyframePolicy), and here two partners take turns: faster than this, the
    // switches would measure who waits for that.
    private static readonly TimeSpan SwitchInterval = TimeSpan.FromSeconds(1);

    // Whether the camera's next frame is due at once or only after this is chance: the grain of the clock.
    private const double FrameMilliseconds = 1000.0 / FakeMedia.FramesPerSecond;

    private readonly Participant _plain;
    private readonly Participant _other;
    private readonly List<NextTimes> _plainTimes = [];
    private readonly List<NextTimes> _otherTimes = [];
    private Participant _partner;
    private Participant _waiting;
    private double _roundTrip = double.MaxValue;

    private NextComparison(Participant plain, Participant other, Participant partner, Participant waiting)
    {
        _plain = plain;
        _other = other;
        _partner = partner;
        _waiting = waiting;
    }

    /// <summary>Measures, and asserts that the way is not slower than UDP by more than a round trip and a frame.</summary>
    public static async Task RunAsync(Scene scene, MediaWay way)
    {
        Participant partner = await scene.OpenAsync(Tint.Green, way: MediaWay.Udp);
        Participant plain = await scene.OpenAsync(Tint.Red, way: MediaWay.Udp);
        await partner.EnterAsync("video");
        await plain.EnterAsync("video");
        await plain.WaitToSeeAsync(partner.Tint);
        Participant waiting = await scene.OpenAsync(Tint.Blue, way: MediaWay.Udp);
        await waiting.EnterAsync("video");
        await waiting.WaitForMessageAsync("queued");
        Participant other = await scene.OpenAsync(plain.Tint, way: way);
        var comparison = new NextComparison(plain, other, partner, waiting);
        await comparison.TakeOverAsync(plain, other, () => other.EnterAsync("video"));
        await plain.WaitForPathAsync(MediaPath.Udp);
        await other.WaitForPathAsync(way.Path);
        await comparison.MeasureAsync();
        Assert.Equal(way.Path, await other.MediaPathAsync());
        comparison.Judge(way);
    }

    private async Task MeasureAsync()
    {
        await _other.RememberConnectionAsync();
        ConnectionTrace before = await _other.ConnectionAsync();
        // The first time that a page does something it takes longer.
        await SwitchAsync(_other);
        await TakeOverAsync(_other, _plain, _plain.NextAsync);
        await SwitchAsync(_plain);
        await TakeOverAsync(_plain, _other, _other.NextAsync);
        for (int cycle = 0; cycle < CyclesMax && IsSlower; cycle++)
        {
            // A machine that gets faster or slower meanwhile favours nobody.
            await TakeTurnAsync(_other, _otherTimes);
            await TakeOverAsync(_other, _plain, _plain.NextAsync);
            await TakeTurnAsync(_plain, _plainTimes);
            await TakeTurnAsync(_plain, _plainTimes);
            await TakeOverAsync(_plain, _other, _other.NextAsync);
            await TakeTurnAsync(_other, _otherTimes);
        }

        Assert.Equal(before, await _other.ConnectionAsync());
    }

    private bool IsSlower =>
        _plainTimes.Count == 0 || Median(_otherTimes, Decoded) > Median(_plainTimes, Decoded) + _roundTrip + FrameMilliseconds;

    private void Judge(MediaWay way)
    {
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"next over {way}: decoded after {Median(_otherTimes, Decoded):F0} ms, median of {_otherTimes.Count} (bar: <= {Median(_plainTimes, Decoded):F0} over "
            + $"UDP at the same time + round trip {_roundTrip:F0} + a frame {FrameMilliseconds:F0}) {(IsSlower ? "fail" : "pass")}; "
            + $"shown after {Median(_otherTimes, Shown):F0} ms, over UDP {Median(_plainTimes, Shown):F0}");
        Report.Line(line);
        Assert.False(IsSlower, line);
    }

    private async Task TakeTurnAsync(Participant red, List<NextTimes> times)
    {
        for (int i = 0; i < TurnSwitches; i++)
        {
            // At another moment of the camera's frame each time, or all of a turn would have the same luck.
            await Task.Delay(SwitchInterval + TimeSpan.FromMilliseconds(i * FrameMilliseconds / TurnSwitches));
            times.Add(await SwitchAsync(red));
            // The way's own: whatever makes one check slower is no round trip.
            _roundTrip = Math.Min(_roundTrip, await _other.RoundTripMillisecondsAsync());
        }
    }

    private async Task<NextTimes> SwitchAsync(Participant red)
    {
        NextTimes times = await NextPartnerTests.SwitchAsync(red, _partner, _waiting);
        (_partner, _waiting) = (_waiting, _partner);
        return times;
    }

    /// <summary>The one who comes meets whom nobody talks to; then the other one leaves, and whom it left waits.</summary>
    private async Task TakeOverAsync(Participant from, Participant to, Func<Task> come)
    {
        int waitingHeard = await _waiting.MessageCountAsync();
        await come();
        await _waiting.WaitForMessageAsync("paired", waitingHeard);
        await to.WaitToSeeAsync(_waiting.Tint);
        int heard = await _partner.MessageCountAsync();
        await from.EndAsync();
        await _partner.WaitForMessageAsync("partner.gone", heard);
        await from.WaitForPhaseAsync("ended");
        await _partner.NextAsync();
        await _partner.WaitForMessageAsync("queued", heard);
        (_partner, _waiting) = (_waiting, _partner);
    }

    private static double Decoded(NextTimes times) => times.Received + times.Decoding;

    private static double Shown(NextTimes times) => times.Frame;

    private static double Median(List<NextTimes> times, Func<NextTimes, double> value)
    {
        double[] sorted = [.. times.Select(value).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
