using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Relay.Core.Codecs;

namespace Relay.Core.Sfu;

/// <summary>One negotiated media section of a leg, as a plain value. The default value is a section that is not there.</summary>
public struct MediaParameters
{
    /// <summary>Codecs that one section can have.</summary>
    public const int CodecsMax = 4;

    private Codecs _codecs;
    private int _codecCount;

    /// <summary>The section's MID (RFC 9143); the same on both directions of the leg.</summary>
    public InlineText Mid;

    /// <summary>The peer sends.</summary>
    public bool CanProduce;

    /// <summary>The peer receives.</summary>
    public bool CanConsume;

    /// <summary>Header extension ids (RFC 8285) that the leg agreed on, 0 where it did not.</summary>
    public byte MidExtensionId;
    public byte AbsSendTimeExtensionId;
    public byte TransportCcExtensionId;
    public byte VideoOrientationExtensionId;
    public byte AudioLevelExtensionId;
    public byte VideoContentTypeExtensionId;

    /// <summary>The peer's SSRCs if its offer named them, else 0.</summary>
    public uint RemoteSsrc;
    public uint RemoteRtxSsrc;

    /// <summary>The relay's SSRCs towards the peer: drawn for the leg, kept for its life.</summary>
    public uint LocalSsrc;
    public uint LocalRtxSsrc;

    /// <summary>Negotiated codecs in the order of preference.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<CodecParameters> CodecList => ((ReadOnlySpan<CodecParameters>)_codecs)[.._codecCount];

    /// <summary>Adds a codec; what exceeds <see cref="CodecsMax"/> is left out.</summary>
    public void Add(in CodecParameters codec)
    {
        if (_codecCount < CodecsMax)
        {
            _codecs[_codecCount++] = codec;
        }
    }

    /// <summary>Finds the codec by kind; false if the leg did not negotiate it.</summary>
    public readonly bool TryGetCodec(CodecKind kind, out CodecParameters found)
    {
        foreach (ref readonly CodecParameters codec in CodecList)
        {
            if (codec.Codec == kind)
            {
                found = codec;
                return true;
            }
        }

        found = default;
        return false;
    }

    /// <summary>Finds the codec by payload type, its own or that of its retransmissions.</summary>
    public readonly bool TryGetCodec(byte payloadType, out CodecParameters found, out bool isRtx)
    {
        foreach (ref readonly CodecParameters codec in CodecList)
        {
            isRtx = codec.HasRtx && codec.RtxPayloadType == payloadType;
            if (isRtx || codec.PayloadType == payloadType)
            {
                found = codec;
                return true;
            }
        }

        found = default;
        isRtx = false;
        return false;
    }

    [InlineArray(CodecsMax)]
    private struct Codecs
    {
        private CodecParameters _element;
    }
}
