using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// How long an answer to a source that has proven nothing may be: 1.6 times its question, so that who forges a source gains
/// nothing by having this relay answer there.
/// </summary>
internal static class AnswerLimit
{
    private const int Numerator = 8;
    private const int Denominator = 5;

    // IP and UDP headers, which question and answer have on the wire.
    private const int IPv4HeaderBytes = 20 + 8;
    private const int IPv6HeaderBytes = 40 + 8;

    /// <summary>True if an answer of so many bytes is short enough for the question, both counted as they are on the wire.</summary>
    public static bool Fits(in TransportAddress source, int question, int answer)
    {
        int headers = source.IsIPv4 ? IPv4HeaderBytes : IPv6HeaderBytes;
        return (answer + headers) * Denominator <= (question + headers) * Numerator;
    }
}
