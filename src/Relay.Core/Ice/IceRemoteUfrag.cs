using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Relay.Core.Ice;

/// <summary>The peer's ufrag from its offer, 4 to 256 ice-chars (RFC 8839 section 5.4), as a plain value.</summary>
public struct IceRemoteUfrag
{
    /// <summary>RFC 8839 section 5.4.</summary>
    public const int MinBytes = 4;

    /// <inheritdoc cref="MinBytes"/>
    public const int MaxBytes = 256;

    private Chars _chars;
    private ushort _length;

    /// <summary>The bytes; empty for the default value, which is no ufrag.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Value => ((ReadOnlySpan<byte>)_chars)[.._length];

    /// <summary>False if the length or a character is not allowed.</summary>
    public static bool TryCreate(ReadOnlySpan<char> text, out IceRemoteUfrag ufrag)
    {
        ufrag = default;
        if (text.Length is < MinBytes or > MaxBytes)
        {
            return false;
        }

        var candidate = default(IceRemoteUfrag);
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsAscii(text[i]) || !IceUfrag.IsIceChar((byte)text[i]))
            {
                return false;
            }

            candidate._chars[i] = (byte)text[i];
        }

        candidate._length = (ushort)text.Length;
        ufrag = candidate;
        return true;
    }

    [InlineArray(MaxBytes)]
    private struct Chars
    {
        private byte _element;
    }
}
