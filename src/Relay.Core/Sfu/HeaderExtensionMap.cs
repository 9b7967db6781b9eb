using System.Runtime.CompilerServices;
using Relay.Core.Rtp;

namespace Relay.Core.Sfu;

/// <summary>
/// Which header extensions of a source reach a receiver, and under which id: both legs agreed on the extension's URI. Made when
/// they are joined. Only what every receiver is meant to see and what names nobody is on the list, and each is one byte long.
/// </summary>
internal struct HeaderExtensionMap
{
    /// <summary>Extensions that can pass: orientation, audio level, content type.</summary>
    public const int ExtensionsMax = 3;

    /// <summary>Bytes of each value.</summary>
    public const int ValueLength = 1;

    private Entries _entries;
    private int _count;

    /// <summary>Nothing can pass.</summary>
    public readonly bool IsEmpty => _count == 0;

    /// <summary>What the two sections have in common.</summary>
    public static HeaderExtensionMap Create(in MediaParameters source, in MediaParameters sink)
    {
        var map = new HeaderExtensionMap();
        map.Add(source.VideoOrientationExtensionId, sink.VideoOrientationExtensionId);
        map.Add(source.AudioLevelExtensionId, sink.AudioLevelExtensionId);
        map.Add(source.VideoContentTypeExtensionId, sink.VideoContentTypeExtensionId);
        return map;
    }

    /// <summary>Copies what may pass, each extension once.</summary>
    /// <param name="profile">As the source's packet says.</param>
    /// <param name="extensions">The source's extensions, without their header.</param>
    /// <param name="writer">The outgoing packet's.</param>
    public readonly void Copy(ushort profile, ReadOnlySpan<byte> extensions, ref HeaderExtensionWriter writer)
    {
        int copied = 0;
        var reader = new HeaderExtensionReader(profile, extensions);
        while (reader.TryReadNext(out byte id, out ReadOnlySpan<byte> value))
        {
            for (int i = 0; i < _count; i++)
            {
                if (_entries[i].From == id && value.Length == ValueLength && (copied & (1 << i)) == 0)
                {
                    copied |= 1 << i;
                    writer.TryAdd(_entries[i].To, value);
                }
            }
        }
    }

    private void Add(byte from, byte to)
    {
        if (from != 0 && to != 0)
        {
            _entries[_count++] = new Entry(from, to);
        }
    }

    private readonly record struct Entry(byte From, byte To);

    [InlineArray(ExtensionsMax)]
    private struct Entries
    {
        private Entry _element;
    }
}
