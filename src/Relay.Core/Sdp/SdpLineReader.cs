namespace Relay.Core.Sdp;

/// <summary>
/// Splits a description into its lines (RFC 8866 section 5: one letter, "=", a value). CR LF, LF and CR all end a line;
/// empty lines are passed over, as text that went through forms and editors has them.
/// </summary>
internal ref struct SdpLineReader
{
    private const string Types = "vosiuepcbtrzkam";

    private readonly SdpError _error;
    private ReadOnlySpan<char> _rest;

    public SdpLineReader(ReadOnlySpan<char> text, SdpError error)
    {
        _error = error;
        _rest = text;
        if (text.Length > SdpLimits.TextCharsMax)
        {
            error.Set(
                SdpProblem.TooLarge,
                $"The text is longer than {SdpLimits.TextCharsMax} characters; offer fewer m-lines or codecs.");
            _rest = [];
        }
    }

    /// <summary>1 for the first line.</summary>
    public int Number { get; private set; }

    /// <summary>The letter before "=".</summary>
    public char Type { get; private set; }

    public ReadOnlySpan<char> Value { get; private set; }

    /// <summary>Advances to the next line; false at the end and on a problem.</summary>
    public bool TryRead()
    {
        while (!_rest.IsEmpty)
        {
            ReadOnlySpan<char> line = TakeLine();
            if (++Number > SdpLimits.LinesMax)
            {
                return _error.Set(SdpProblem.TooLarge, Number, $"more than {SdpLimits.LinesMax} lines.");
            }

            if (line.IsEmpty)
            {
                continue;
            }

            if (line.Length > SdpLimits.LineCharsMax)
            {
                return _error.Set(SdpProblem.TooLarge, Number, $"longer than {SdpLimits.LineCharsMax} characters.");
            }

            if (line.Length < 2 || line[1] != '=' || !Types.Contains(line[0], StringComparison.Ordinal))
            {
                return _error.Set(
                    SdpProblem.Malformed, Number, "not an SDP line; each is one letter of RFC 8866, \"=\" and a value.");
            }

            Type = line[0];
            Value = line[2..].TrimEnd(' ');
            return true;
        }

        return false;
    }

    /// <summary>Splits the value of an a= line at the first colon.</summary>
    public readonly void SplitAttribute(out ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        int colon = Value.IndexOf(':');
        name = colon < 0 ? Value : Value[..colon];
        value = colon < 0 ? [] : Value[(colon + 1)..].Trim(' ');
    }

    private ReadOnlySpan<char> TakeLine()
    {
        int end = _rest.IndexOfAny('\r', '\n');
        if (end < 0)
        {
            ReadOnlySpan<char> last = _rest;
            _rest = [];
            return last;
        }

        ReadOnlySpan<char> line = _rest[..end];
        int next = _rest[end] == '\r' && end + 1 < _rest.Length && _rest[end + 1] == '\n' ? end + 2 : end + 1;
        _rest = _rest[next..];
        return line;
    }
}
