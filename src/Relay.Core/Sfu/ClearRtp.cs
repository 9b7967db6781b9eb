using Relay.Core.Diagnostics;

namespace Relay.Core.Sfu;

/// <summary>Writes RTP packets without protection, where sealing would write SRTP: for plain transports without keys.</summary>
internal static class ClearRtp
{
    /// <summary>Puts header, prefix and payload behind each other; PacketTooLarge if the output is too short.</summary>
    public static DropReason TryWrite(
        ReadOnlySpan<byte> header, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> payload, Span<byte> output, out int length)
    {
        length = header.Length + prefix.Length + payload.Length;
        if (length > output.Length)
        {
            length = 0;
            return DropReason.PacketTooLarge;
        }

        header.CopyTo(output);
        prefix.CopyTo(output[header.Length..]);
        payload.CopyTo(output[(header.Length + prefix.Length)..]);
        return DropReason.None;
    }
}
