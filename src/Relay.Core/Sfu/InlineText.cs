using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Relay.Core.Sfu;

/// <summary>Up to 32 bytes of text as a plain value, for what crosses the mailbox: a MID, a CNAME.</summary>
public struct InlineText
{
    /// <summary>The longest text, in bytes. A MID in an RTP header extension has at most 16 (RFC 8285 section 4.2).</summary>
    public const int MaxBytes = 32;

    private Bytes _bytes;
    private readonly byte _length;

    /// <exception cref="ArgumentException">The text is too long.</exception>
    public InlineText(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxBytes)
        {
            throw new ArgumentException($"At most {MaxBytes} bytes.", nameof(text));
        }

        text.CopyTo(_bytes);
        _length = (byte)text.Length;
    }

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Value => ((ReadOnlySpan<byte>)_bytes)[.._length];

    [InlineArray(MaxBytes)]
    private struct Bytes
    {
        private byte _element;
    }
}
