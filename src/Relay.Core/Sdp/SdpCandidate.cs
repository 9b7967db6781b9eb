using System.Globalization;
using System.Text;
using Relay.Core.Primitives;

namespace Relay.Core.Sdp;

/// <summary>
/// The a=candidate line (RFC 8839 section 5.1):
/// "candidate:foundation component transport priority address port typ type ...".
/// </summary>
internal static class SdpCandidate
{
    /// <summary>RFC 8445 section 5.1.2.2.</summary>
    private const uint HostTypePreference = 126;

    /// <summary>Below every other type: TCP is for those whom UDP does not reach (RFC 6544 section 4.2).</summary>
    private const uint TcpTypePreference = 90;

    /// <summary>RFC 6544 section 4.2: of a passive host candidate.</summary>
    private const uint PassivePreference = 4;

    private const int DirectionShift = 13;

    /// <summary>RFC 8445 section 5.1.2.1: RTP, and with rtcp-mux everything.</summary>
    private const uint Component = 1;

    private const int FoundationCharsMax = 32;
    private const uint ComponentMax = 256;

    /// <summary>RFC 8445 section 5.1.2.1, for a host candidate at this place in the list, best first.</summary>
    public static uint HostPriority(int index)
    {
        uint localPreference = (uint)Math.Max(0, ushort.MaxValue - index);
        return (HostTypePreference << 24) + (localPreference << 8) + (256 - Component);
    }

    /// <summary>RFC 6544 section 4.2, for a passive TCP candidate at this place in the list, best first.</summary>
    public static uint PassivePriority(int index)
    {
        uint other = (uint)Math.Max(0, (1 << DirectionShift) - 1 - index);
        return (TcpTypePreference << 24) + (((PassivePreference << DirectionShift) + other) << 8) + (256 - Component);
    }

    /// <summary>
    /// All candidates and a=end-of-candidates; addresses of one base and transport share a foundation (RFC 8445 section 5.1.1.3).
    /// </summary>
    /// <param name="text">Where to.</param>
    /// <param name="udp">Host candidates, best first.</param>
    /// <param name="tcp">Passive TCP candidates (RFC 6544), best first.</param>
    public static void WriteAll(StringBuilder text, IReadOnlyList<TransportAddress> udp, IReadOnlyList<TransportAddress> tcp)
    {
        for (int i = 0; i < udp.Count; i++)
        {
            Write(text, FoundationOf(udp, i), "udp", HostPriority(i), udp[i], "");
        }

        for (int i = 0; i < tcp.Count; i++)
        {
            Write(text, udp.Count + FoundationOf(tcp, i), "tcp", PassivePriority(i), tcp[i], " tcptype passive");
        }

        text.Append("a=end-of-candidates\r\n");
    }

    /// <summary>
    /// Whether the value of an a=candidate line has the required fields; what they say does not matter to an ICE-lite
    /// agent.
    /// </summary>
    public static bool IsWellFormed(ReadOnlySpan<char> value)
    {
        ReadOnlySpan<char> foundation = SdpText.TakeToken(ref value);
        ReadOnlySpan<char> component = SdpText.TakeToken(ref value);
        ReadOnlySpan<char> transport = SdpText.TakeToken(ref value);
        ReadOnlySpan<char> priority = SdpText.TakeToken(ref value);
        ReadOnlySpan<char> address = SdpText.TakeToken(ref value);
        ReadOnlySpan<char> port = SdpText.TakeToken(ref value);
        ReadOnlySpan<char> typ = SdpText.TakeToken(ref value);
        ReadOnlySpan<char> type = SdpText.TakeToken(ref value);
        return foundation.Length is > 0 and <= FoundationCharsMax
            && SdpText.TryParseNumber(component, ComponentMax, out uint componentId)
            && componentId > 0
            && SdpText.IsToken(transport, SdpLimits.MediaFieldCharsMax)
            && SdpText.TryParseNumber(priority, uint.MaxValue, out _)
            && !address.IsEmpty
            && SdpText.TryParseNumber(port, ushort.MaxValue, out _)
            && typ is "typ"
            && SdpText.IsToken(type, SdpLimits.MediaFieldCharsMax);
    }

    private static void Write(
        StringBuilder text, int foundation, string transport, uint priority, in TransportAddress candidate, string more) =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"a=candidate:{foundation} {Component} {transport} {priority} {candidate.ToEndPoint().Address} {candidate.Port} typ host{more}\r\n");

    // The number of the first candidate with the same address, from 1.
    private static int FoundationOf(IReadOnlyList<TransportAddress> candidates, int index)
    {
        int first = 0;
        while (candidates[first].Address != candidates[index].Address)
        {
            first++;
        }

        return first + 1;
    }
}
