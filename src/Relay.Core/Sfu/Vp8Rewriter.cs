using Relay.Core.Codecs;

namespace Relay.Core.Sfu;

/// <summary>
/// Keeps VP8's picture id, TL0PICIDX and KEYIDX (RFC 7741 section 4.2) continuous for the receiver across sources: a
/// decoder that sees them jump waits for a keyframe, or takes an old frame for a new one.
/// </summary>
public struct Vp8Rewriter
{
    private const int LongPictureIdMask = 0x7fff;
    private const int ShortPictureIdMask = 0x7f;
    private const int KeyIndexMask = 0x1f;

    private ushort _pictureIdShift;
    private byte _tl0Shift;
    private byte _keyIndexShift;
    private ushort _lastPictureId;
    private byte _lastTl0;
    private byte _lastKeyIndex;

    /// <summary>Starts a source at the first descriptor to forward: its numbers go on one after the last ones.</summary>
    public void Begin(in Vp8PayloadDescriptor first)
    {
        _pictureIdShift = (ushort)(_lastPictureId + 1 - first.PictureId);
        _tl0Shift = (byte)(_lastTl0 + 1 - first.Tl0PicIdx);
        _keyIndexShift = (byte)(_lastKeyIndex + 1 - first.KeyIdx);
    }

    /// <summary>Writes the packet's descriptor with the receiver's numbers.</summary>
    /// <returns>Bytes written: the descriptor's own length.</returns>
    public int Rewrite(in Vp8PayloadDescriptor descriptor, Span<byte> destination)
    {
        int mask = descriptor.HasLongPictureId ? LongPictureIdMask : ShortPictureIdMask;
        ushort pictureId = (ushort)((descriptor.PictureId + _pictureIdShift) & mask);
        byte tl0 = (byte)(descriptor.Tl0PicIdx + _tl0Shift);
        byte keyIndex = (byte)((descriptor.KeyIdx + _keyIndexShift) & KeyIndexMask);
        // A late packet's older number must not set the mark back.
        if (((pictureId - _lastPictureId) & mask) <= mask / 2)
        {
            _lastPictureId = pictureId;
            _lastTl0 = tl0;
            _lastKeyIndex = keyIndex;
        }

        return descriptor.Write(destination, pictureId, tl0, keyIndex);
    }
}
