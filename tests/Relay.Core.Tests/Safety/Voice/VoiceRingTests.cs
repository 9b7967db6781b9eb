using Relay.Core.Safety.Voice;
using Xunit;

namespace Relay.Core.Tests.Safety.Voice;

public sealed class VoiceRingTests
{
    private const byte Toc = 0x78;
    private const uint Frame = 960;

    private readonly VoiceRing _ring = new(TimeSpan.FromSeconds(2), 8000);
    private uint _timestamp = uint.MaxValue - (20 * Frame);

    [Fact]
    public void The_last_seconds_are_kept_over_a_wrap_of_the_timestamp()
    {
        for (int i = 0; i < 250; i++)
        {
            Assert.True(Speak((byte)i, 20));
        }

        Assert.Equal(100, _ring.Count);
        byte[][] packets = Sound();
        Assert.Equal(Enumerable.Range(150, 100), packets.Select(p => (int)p[1]));
        Assert.All(packets, packet => Assert.Equal(20, packet.Length));
    }

    [Fact]
    public void Memory_bounds_what_is_kept()
    {
        for (int i = 0; i < 60; i++)
        {
            Assert.True(Speak((byte)i, 777));
        }

        Assert.Equal(10, _ring.Count);
        byte[][] packets = Sound();
        Assert.Equal(Enumerable.Range(50, 10), packets.Select(p => (int)p[1]));
        Assert.All(packets, packet => Assert.True(packet.AsSpan(1).IndexOfAnyExcept(packet[1]) < 0));
    }

    [Fact]
    public void Short_packets_do_not_grow_memory()
    {
        for (int i = 0; i < 3000; i++)
        {
            Assert.True(_ring.HandlePacket([0x80, (byte)i], (uint)i * 120));
        }

        Assert.Equal(200, _ring.Count);
    }

    [Fact]
    public void What_is_missing_keeps_its_time()
    {
        Speak(1, 10);
        _timestamp += 3 * Frame;
        Speak(2, 10);
        Speak(3, 10);
        byte[][] packets = Sound();
        Assert.Equal([10, 1, 1, 1, 10, 10], packets.Select(p => p.Length));
        Assert.All(packets[1..4], packet => Assert.Equal(Toc, packet[0]));
        Assert.Equal(6 * Frame, OggReader.Read(_ring.ToOgg(5))[^1].Granule);
    }

    [Fact]
    public void What_comes_late_or_twice_is_left_out()
    {
        Speak(1, 10);
        uint last = _timestamp;
        Speak(2, 10);
        Assert.False(_ring.HandlePacket([Toc, 9], last));
        Assert.False(_ring.HandlePacket([Toc, 9], last - Frame));
        Assert.Equal(2, _ring.Count);
    }

    [Fact]
    public void Another_stream_begins_anew()
    {
        Speak(1, 10);
        _timestamp += 48_000 * 60;
        Speak(2, 10);
        Assert.Equal(2, Assert.Single(Sound())[1]);
        _timestamp -= 48_000 * 60;
        Speak(3, 10);
        Assert.Equal(3, Assert.Single(Sound())[1]);
    }

    [Fact]
    public void What_is_no_packet_is_left_out()
    {
        Assert.False(_ring.HandlePacket([], 1));
        Assert.False(_ring.HandlePacket([0x7B, 0x3F], 1));
        Assert.False(_ring.HandlePacket([Toc, .. new byte[VoiceRing.PacketMax]], 1));
        Assert.Empty(_ring.ToOgg(5));
        Assert.True(_ring.HandlePacket([Toc, .. new byte[VoiceRing.PacketMax - 1]], 1));
    }

    [Fact]
    public void Stereo_anywhere_makes_the_file_stereo()
    {
        Speak(1, 10);
        Assert.Equal(1, OggReader.Read(_ring.ToOgg(5))[0].Packets[0][9]);
        _ring.HandlePacket([Toc | 4, 1], _timestamp);
        Assert.Equal(2, OggReader.Read(_ring.ToOgg(5))[0].Packets[0][9]);
    }

    [Fact]
    public void Nothing_is_left_after_clearing()
    {
        Speak(1, 10);
        _ring.Clear();
        Assert.Equal(0, _ring.Count);
        Assert.Empty(_ring.ToOgg(5));
        Speak(2, 10);
        Assert.Equal(2, Assert.Single(Sound())[1]);
    }

    [Fact]
    public void Any_packets_at_any_time_make_a_file()
    {
        Random random = new(8);
        for (int run = 0; run < 300; run++)
        {
            uint timestamp = (uint)random.NextInt64(uint.MaxValue);
            for (int i = 0; i < 60; i++)
            {
                byte[] packet = new byte[random.Next(0, 400)];
                random.NextBytes(packet);
                timestamp += (uint)(random.Next(10) == 0 ? random.Next() : random.Next(-960, 4000));
                _ring.HandlePacket(packet, timestamp);
            }

            byte[] file = _ring.ToOgg(5);

            // Packets that claim to sound for longer than their distance add up.
            Assert.True(file.Length == 0 || OggReader.Read(file)[^1].Granule <= (48_000 * 2) + (60 * OpusToc.SamplesMax));
        }
    }

    [Fact]
    public void Keeping_a_packet_allocates_nothing()
    {
        byte[] packet = [Toc, .. new byte[80]];
        _ring.HandlePacket(packet, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint i = 1; i < 1000; i++)
        {
            _ring.HandlePacket(packet, i * Frame);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private bool Speak(byte what, int length)
    {
        byte[] packet = new byte[length];
        Array.Fill(packet, what);
        packet[0] = Toc;
        bool kept = _ring.HandlePacket(packet, _timestamp);
        _timestamp += Frame;
        return kept;
    }

    private byte[][] Sound() => [.. OggReader.Read(_ring.ToOgg(5)).Skip(2).SelectMany(page => page.Packets)];
}
