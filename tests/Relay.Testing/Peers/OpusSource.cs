namespace Relay.Testing.Peers;

/// <summary>Makes Opus payloads: a TOC byte (RFC 6716 section 3.1: CELT, 20 ms, one frame), a stamp and filler.</summary>
internal sealed class OpusSource(ulong mediaTag)
{
    public const int TocBytes = 1;

    private const byte CeltFullBand20Ms = 0xF8;

    private uint _packetNumber;

    public byte[] NextPacket(int payloadBytes)
    {
        byte[] payload = new byte[payloadBytes];
        payload[0] = CeltFullBand20Ms;
        new MediaStamp(mediaTag, _packetNumber++, 0, 1).Write(payload.AsSpan(TocBytes));
        payload.AsSpan(TocBytes + MediaStamp.Length).Fill(0x55);
        return payload;
    }
}
