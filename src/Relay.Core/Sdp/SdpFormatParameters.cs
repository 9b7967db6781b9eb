namespace Relay.Core.Sdp;

/// <summary>Reads "name=value;name=value" of an a=fmtp line (RFC 8866 section 6.15).</summary>
internal static class SdpFormatParameters
{
    /// <summary>The first value of the name, which is matched without case; false if it is absent.</summary>
    public static bool TryGet(ReadOnlySpan<char> parameters, ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        while (!parameters.IsEmpty)
        {
            int end = parameters.IndexOf(';');
            ReadOnlySpan<char> pair = end < 0 ? parameters : parameters[..end];
            parameters = end < 0 ? [] : parameters[(end + 1)..];
            int equals = pair.IndexOf('=');
            if (equals >= 0 && pair[..equals].Trim(' ').Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                value = pair[(equals + 1)..].Trim(' ');
                return true;
            }
        }

        value = [];
        return false;
    }

    /// <summary>Whether the parameter is present with exactly this value.</summary>
    public static bool Has(ReadOnlySpan<char> parameters, ReadOnlySpan<char> name, ReadOnlySpan<char> expected) =>
        TryGet(parameters, name, out ReadOnlySpan<char> value) && value.SequenceEqual(expected);
}
