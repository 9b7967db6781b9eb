namespace Relay.Core.Safety.Voice;

/// <summary>
/// The first byte of an Opus packet (RFC 6716 section 3.1), which says how long it sounds.
/// <code>
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// | config  |s| c |
/// +-+-+-+-+-+-+-+-+
/// </code>
/// </summary>
public static class OpusToc
{
    /// <summary>Samples a second of all Opus times, whatever the audio's own rate (RFC 7845 section 4).</summary>
    public const int Rate = 48_000;

    /// <summary>The longest packet sounds for 120 ms (RFC 6716 section 3.2.5, R5).</summary>
    public const int SamplesMax = Rate * 120 / 1000;

    private const int CountMask = 0x3F;

    /// <summary>Samples at 48 kHz of one frame of the packet.</summary>
    public static int FrameSamples(byte toc)
    {
        int config = toc >> 3;
        return config switch
        {
            // SILK: 10, 20, 40 or 60 ms. Hybrid: 10 or 20 ms. CELT: 2.5, 5, 10 or 20 ms.
            < 12 => (config & 3) == 3 ? Rate * 60 / 1000 : (Rate / 100) << (config & 3),
            < 16 => (Rate / 100) << (config & 1),
            _ => (Rate / 400) << (config & 3),
        };
    }

    public static bool IsStereo(byte toc) => (toc & 4) != 0;

    /// <summary>Samples at 48 kHz of the whole packet; 0 if it is no Opus packet.</summary>
    public static int Samples(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty)
        {
            return 0;
        }

        int frames = (packet[0] & 3) switch
        {
            0 => 1,
            1 or 2 => 2,
            _ => packet.Length < 2 ? 0 : packet[1] & CountMask,
        };
        int samples = frames * FrameSamples(packet[0]);
        return samples <= SamplesMax ? samples : 0;
    }

    /// <summary>
    /// The first byte of a packet of one frame in the same mode. Alone it is a packet without sound data, for which a decoder
    /// fills in (RFC 6716 section 3.2.1).
    /// </summary>
    public static byte Silent(byte toc) => (byte)(toc & ~3);
}
