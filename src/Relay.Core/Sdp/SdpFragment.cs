using System.Globalization;
using System.Text;
using Relay.Core.Primitives;

namespace Relay.Core.Sdp;

/// <summary>
/// An application/trickle-ice-sdpfrag body (RFC 8840 section 9): the client's ICE credentials, with candidates that an
/// ICE-lite agent checks for form and needs no more.
/// </summary>
public sealed class SdpFragment
{
    private SdpFragment(string? usernameFragment, string? password, int candidateCount, bool endOfCandidates)
    {
        UsernameFragment = usernameFragment;
        Password = password;
        CandidateCount = candidateCount;
        EndOfCandidates = endOfCandidates;
    }

    /// <summary>Null, together with <see cref="Password"/>, if the fragment has none.</summary>
    public string? UsernameFragment { get; }

    /// <summary>Null, together with <see cref="UsernameFragment"/>, if the fragment has none.</summary>
    public string? Password { get; }

    /// <summary>At most <see cref="SdpLimits.CandidatesMax"/>.</summary>
    public int CandidateCount { get; }

    /// <summary>RFC 8838 section 14.</summary>
    public bool EndOfCandidates { get; }

    /// <summary>Whether the fragment starts another ICE generation than the given one (RFC 8445 section 9).</summary>
    public bool IsRestartOf(string usernameFragment, string password) =>
        UsernameFragment is not null
        && !(string.Equals(UsernameFragment, usernameFragment, StringComparison.Ordinal)
            && string.Equals(Password, password, StringComparison.Ordinal));

    /// <summary>Reads a fragment. Never throws on input; a refusal names the line and the fix.</summary>
    /// <param name="text">At most <see cref="SdpLimits.TextCharsMax"/> characters; lines end in CR LF, LF or CR.</param>
    public static SdpFragmentResult TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var error = new SdpError();
        SdpFragment? fragment = Parse(new SdpLineReader(text, error), error);
        return fragment is not null
            ? new SdpFragmentResult(fragment)
            : new SdpFragmentResult(error.Problem, error.Detail ?? string.Empty);
    }

    /// <summary>
    /// The relay's half of an ICE restart (RFC 9725 section 4.3.3): its new credentials, all its candidates, and their
    /// end.
    /// </summary>
    /// <param name="session">The leg's session, for the mids.</param>
    /// <param name="usernameFragment">ice-chars, 4 to 256.</param>
    /// <param name="password">ice-chars, 22 to 256.</param>
    /// <param name="candidates">The worker's announced UDP host candidates, best first.</param>
    /// <param name="tcpCandidates">The relay's announced passive ICE-TCP candidates (RFC 6544), best first.</param>
    public static string Write(
        NegotiatedSession session,
        string usernameFragment,
        string password,
        IReadOnlyList<TransportAddress> candidates,
        IReadOnlyList<TransportAddress> tcpCandidates)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(tcpCandidates);
        NegotiatedMedia tagged = session.Video is not null && session.BundleMids.Count > 0
            && string.Equals(session.BundleMids[0], session.Video.Mid, StringComparison.Ordinal) ? session.Video : session.Audio;
        var text = new StringBuilder();
        text.Append("a=ice-lite\r\n");
        if (session.BundleMids.Count > 0)
        {
            text.Append("a=group:BUNDLE ").AppendJoin(' ', session.BundleMids).Append("\r\n");
        }

        string kind = tagged.Kind == SdpMediaKind.Video ? "video" : "audio";
        text.Append(CultureInfo.InvariantCulture, $"m={kind} 9 UDP/TLS/RTP/SAVPF {tagged.Codecs[0].PayloadType}\r\n");
        if (tagged.Mid.Length > 0)
        {
            text.Append("a=mid:").Append(tagged.Mid).Append("\r\n");
        }

        text.Append("a=ice-ufrag:").Append(usernameFragment).Append("\r\n");
        text.Append("a=ice-pwd:").Append(password).Append("\r\n");
        SdpCandidate.WriteAll(text, candidates, tcpCandidates);
        return text.ToString();
    }

    private static SdpFragment? Parse(SdpLineReader reader, SdpError error)
    {
        // One transport has one pair of credentials: wherever they stand, they must be the same.
        var credentials = new SdpSection();
        int candidates = 0;
        bool end = false;
        while (reader.TryRead())
        {
            if (reader.Type != 'a')
            {
                continue;
            }

            reader.SplitAttribute(out ReadOnlySpan<char> name, out ReadOnlySpan<char> value);
            switch (name)
            {
                case "ice-ufrag" when !TryApply(credentials, value, isPassword: false, reader.Number, error):
                case "ice-pwd" when !TryApply(credentials, value, isPassword: true, reader.Number, error):
                    return null;
                case "end-of-candidates":
                    end = true;
                    break;
                case "candidate" when ++candidates > SdpLimits.CandidatesMax:
                    error.Set(SdpProblem.TooLarge, reader.Number, $"more than {SdpLimits.CandidatesMax} candidates.");
                    return null;
                case "candidate" when !SdpCandidate.IsWellFormed(value):
                    error.Set(
                        SdpProblem.Malformed,
                        reader.Number,
                        "a=candidate must be foundation, component, transport, priority, address, port, \"typ\" and a type.");
                    return null;
            }
        }

        if (credentials.UsernameFragment is null != credentials.Password is null)
        {
            error.Set(SdpProblem.Malformed, "The fragment has only one of a=ice-ufrag and a=ice-pwd; send both or neither.");
        }

        return error.IsSet ? null : new SdpFragment(credentials.UsernameFragment, credentials.Password, candidates, end);
    }

    private static bool TryApply(SdpSection credentials, ReadOnlySpan<char> value, bool isPassword, int line, SdpError error)
    {
        bool ok = isPassword
            ? SdpSectionParser.TryApplyPassword(credentials, value, line, error)
            : SdpSectionParser.TryApplyUfrag(credentials, value, line, error);
        if (!ok)
        {
            return false;
        }

        return value.SequenceEqual(isPassword ? credentials.Password : credentials.UsernameFragment)
            || error.Set(
                SdpProblem.Malformed, line, "the fragment has two different ICE credentials; all m-lines share one transport.");
    }
}
