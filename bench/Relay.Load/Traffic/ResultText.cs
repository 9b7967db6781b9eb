using System.Globalization;
using System.Text.Json;

namespace Relay.Load.Traffic;

/// <summary>A result for people, and for programs.</summary>
internal static class ResultText
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = false };

    public static string ToLine(TrafficResult r) => string.Create(
        CultureInfo.InvariantCulture,
        $"sent {r.Sent}, received {r.Received}, lost {r.Lost} ({100 * r.LossShare:F3} %), bad {r.Bad} of {r.Checked} checked, others {r.Others}, overflowed {r.Overflowed}; "
        + $"latency us p50 {r.P50:F0} p90 {r.P90:F0} p99 {r.P99:F0} p99.9 {r.P999:F0} max {r.Max:F0}; "
        + $"CPU {r.CpuMicroseconds:F3} us a packet, {100 * r.CpuShare:F0} % of a core, RSS {r.ResidentMegabytes:F0} MB; late {1000 * r.LateSeconds:F0} ms");

    public static string ToJson(TrafficResult result) => JsonSerializer.Serialize(result, Json);
}
