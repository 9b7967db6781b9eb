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

    /// <summary>
    /// All candidates and a=end-of-candidates; addresses of one base share a foundation (RFC 8445 section 5.1.1.3).
    /// </summary>
    public static void WriteAll(StringBuilder text, IReadOnlyList<TransportAddress> candidates)
    {
        for (int i = 0; i < candidates.Count; i++)
        {
            int foundation = i;
            for (int j = i - 1; j >= 0; j--)
            {
                foundation = candidates[j].Address == candidates[i].Address ? j : foundation;
            }

            string address = candidates[i].ToEndPoint().Address.ToString();
            text.Append(
                CultureInfo.InvariantCulture,
                $"a=candidate:{foundation + 1} {Component} udp {HostPriority(i)} {address} {candidates[i].Port} typ host\r\n");
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
}
