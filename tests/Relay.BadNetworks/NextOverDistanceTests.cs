using System.Globalization;
using Relay.Browser.Tests;
using Relay.Testing.Network;

namespace Relay.BadNetworks;

/// <summary>The bench <c>next</c> for people far from the relay.</summary>
public sealed class NextOverDistanceTests
{
    private const int Rounds = 10;
    private const double RoundTripMilliseconds = 80;
    private const double FrameMilliseconds = 1_000.0 / FakeMedia.FramesPerSecond;
    private const double BarMilliseconds = (1.5 * RoundTripMilliseconds) + FrameMilliseconds + 100;

    [Fact]
    public async Task Next_shows_another_stranger_at_80_ms_of_round_trip()
    {
        await using Laboratory laboratory = await Laboratory.StartAsync(
            "next", m => m.VideoPath(Tint.Red), m => m.VideoPath(Tint.Green), m => m.VideoPath(Tint.Blue));
        List<double> frames = await MeasureAsync(laboratory);
        frames.Sort();
        double median = (frames[(Rounds - 1) / 2] + frames[Rounds / 2]) / 2;
        string verdict = median <= BarMilliseconds ? "pass" : "fail";
        Report.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"next: {median:F0} ms at {RoundTripMilliseconds:F0} ms to the relay and back (bar: <= {BarMilliseconds:F0}) {verdict}"));
        Assert.Equal("pass", verdict);
    }

    private static async Task<List<double>> MeasureAsync(Laboratory laboratory)
    {
        var people = new List<Participant>();
        try
        {
            foreach (Tint tint in Enum.GetValues<Tint>())
            {
                var far = new LinkProfile("far") { DelayMilliseconds = RoundTripMilliseconds / 2 };
                laboratory.Change((int)tint, far, far);
                people.Add(await Participant.OpenAsync(tint.ToString(), tint, laboratory.Browser((int)tint), laboratory.Origin));
            }

            return await SwitchAsync(people[0], people[1], people[2]);
        }
        catch
        {
            foreach (Participant participant in people)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(await participant.DescribeAsync());
            }

            throw;
        }
        finally
        {
            foreach (Participant participant in people)
            {
                await participant.DisposeAsync();
            }
        }
    }

    /// <summary>The first leaves its partner for the one who waits, again and again.</summary>
    private static async Task<List<double>> SwitchAsync(Participant red, Participant partner, Participant waiting)
    {
        foreach (Participant participant in new[] { red, partner })
        {
            await participant.EnterAsync("video");
        }

        await red.WaitToSeeAsync(partner.Tint);
        await partner.WaitToSeeAsync(red.Tint);
        await waiting.EnterAsync("video");
        await waiting.WaitForMessageAsync("queued");
        var frames = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            int heard = await partner.MessageCountAsync();
            await red.NextAsync();
            NextTimes times = await red.NextTimesAsync(waiting.Tint);
            frames.Add(times.Frame);
            Report.Line($"  next to {waiting.Name}: {times}");
            await waiting.WaitToSeeAsync(red.Tint);
            await partner.WaitForPhaseAsync("ended");
            await partner.NextAsync();
            await partner.WaitForMessageAsync("queued", heard);
            (partner, waiting) = (waiting, partner);
        }

        return frames;
    }
}
