using System.Buffers;
using System.Security.Cryptography;

namespace Relay.Core.Safety.Voice;

/// <summary>
/// The last seconds of a voice, as the Opus packets that came, in memory of a fixed size. Nothing is decoded and nothing is
/// written anywhere; <see cref="Clear"/> leaves zeros.
/// </summary>
public sealed class VoiceRing
{
    /// <summary>The longest packet that is kept: what a datagram holds.</summary>
    public const int PacketMax = 1500;

    private readonly byte[] _bytes;
    private readonly Packet[] _packets;
    private readonly int _window;
    private int _first;
    private int _count;
    private int _used;
    private int _end;

    /// <param name="window">How long a voice is kept, up to a minute; less if there is too much of it.</param>
    /// <param name="capacity">Bytes; 4 KB for each second are 32 kbit/s.</param>
    public VoiceRing(TimeSpan window, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, TimeSpan.FromMinutes(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, PacketMax);
        _window = (int)(window.TotalSeconds * OpusToc.Rate);
        _bytes = new byte[capacity];

        // At 10 ms each; shorter packets only shorten what is kept.
        _packets = new Packet[_window / (OpusToc.Rate / 100)];
    }

    /// <summary>Packets that are kept.</summary>
    public int Count => _count;

    /// <summary>Keeps a packet, and forgets what is too old or in its way.</summary>
    /// <param name="opus">The payload.</param>
    /// <param name="timestamp">Of its RTP packet, at 48 kHz (RFC 7587 section 4.1).</param>
    /// <returns>False if it is no Opus packet, too long, or not later than the last one.</returns>
    public bool HandlePacket(ReadOnlySpan<byte> opus, uint timestamp)
    {
        int samples = OpusToc.Samples(opus);
        if (samples == 0 || opus.Length > PacketMax)
        {
            return false;
        }

        if (_count > 0)
        {
            int ahead = (int)(timestamp - At(_count - 1).Timestamp);
            if (ahead <= 0 && ahead > -_window)
            {
                return false;
            }

            if (ahead <= 0 || ahead > _window)
            {
                // Another stream, or too long a silence.
                (_first, _count, _used, _end) = (0, 0, 0, 0);
            }
        }

        while (_count > 0 && (_count == _packets.Length || _used + opus.Length > _bytes.Length
            || timestamp + (uint)samples - At(0).Timestamp > (uint)_window))
        {
            _used -= At(0).Length;
            _first = (_first + 1) % _packets.Length;
            _count--;
        }

        _packets[(_first + _count++) % _packets.Length] = new Packet(_end, opus.Length, timestamp);
        int straight = Math.Min(opus.Length, _bytes.Length - _end);
        opus[..straight].CopyTo(_bytes.AsSpan(_end));
        opus[straight..].CopyTo(_bytes);
        _end = (_end + opus.Length) % _bytes.Length;
        _used += opus.Length;
        return true;
    }

    /// <summary>What is kept, as an Ogg Opus file; empty if there is nothing. What is missing keeps its time.</summary>
    /// <param name="serial">Names the stream; any number.</param>
    public byte[] ToOgg(uint serial)
    {
        if (_count == 0)
        {
            return [];
        }

        bool isStereo = false;
        for (int i = 0; i < _count; i++)
        {
            isStereo |= OpusToc.IsStereo(_bytes[At(i).Offset]);
        }

        ArrayBufferWriter<byte> output = new();
        OggOpusWriter writer = new(output, serial, isStereo);
        Span<byte> packet = stackalloc byte[PacketMax];
        uint expected = At(0).Timestamp;
        byte toc = _bytes[At(0).Offset];
        for (int i = 0; i < _count; i++)
        {
            // Packets without sound data stand for what is missing: a decoder fills in.
            int missing = (int)(At(i).Timestamp - expected);
            for (; missing >= OpusToc.FrameSamples(toc); missing -= OpusToc.FrameSamples(toc))
            {
                writer.Add([OpusToc.Silent(toc)]);
            }

            Span<byte> kept = packet[..At(i).Length];
            Read(At(i), kept);
            writer.Add(kept);
            toc = kept[0];
            expected = At(i).Timestamp + (uint)OpusToc.Samples(kept);
        }

        writer.Finish();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Forgets all, and leaves zeros where it was.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        (_first, _count, _used, _end) = (0, 0, 0, 0);
    }

    private Packet At(int index) => _packets[(_first + index) % _packets.Length];

    private void Read(in Packet packet, Span<byte> destination)
    {
        int straight = Math.Min(packet.Length, _bytes.Length - packet.Offset);
        _bytes.AsSpan(packet.Offset, straight).CopyTo(destination);
        _bytes.AsSpan(0, packet.Length - straight).CopyTo(destination[straight..]);
    }

    private readonly record struct Packet(int Offset, int Length, uint Timestamp);
}
