using System.Runtime.CompilerServices;

namespace Relay.Core.Srtp;

/// <summary>
/// A prefix and a payload, to be read as if they lay one behind the other: the first bytes of both are put together in a
/// buffer, the rest is read from where it is. So a packet gets a new payload descriptor without being copied once more.
/// </summary>
internal readonly unsafe ref struct PrefixedPayload
{
    /// <param name="prefix">Outside of the output.</param>
    /// <param name="prefixLength">May be 0.</param>
    /// <param name="payload">Outside of the output, or where it ends up in it.</param>
    /// <param name="payloadLength">May be 0.</param>
    /// <param name="output">Room for both; not written to unless the prefix is longer than the buffer.</param>
    /// <param name="buffer">Room for the first bytes, as long as this value is used.</param>
    /// <param name="firstLength">How many the first bytes are; at most as many as both have.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PrefixedPayload(
        byte* prefix, int prefixLength, byte* payload, int payloadLength, byte* output, byte* buffer, int firstLength)
    {
        First = payload;
        Rest = payload;
        if (prefixLength > 0)
        {
            // Behind the first bytes nothing of the prefix is read, so the rest may be said to begin before the payload.
            Rest = payload - prefixLength;
            First = buffer;
            if (prefixLength > firstLength)
            {
                First = Rest = output;
                buffer = output;
                firstLength = prefixLength + payloadLength;
            }

            // The payload first: it may be in the output already, but then it is in its place.
            Buffer.MemoryCopy(payload, buffer + prefixLength, firstLength - prefixLength, firstLength - prefixLength);
            Buffer.MemoryCopy(prefix, buffer, prefixLength, prefixLength);
        }
    }

    /// <summary>The first bytes.</summary>
    public byte* First { get; }

    /// <summary>To be read only behind the first bytes: byte i of both together is here at i.</summary>
    public byte* Rest { get; }
}
