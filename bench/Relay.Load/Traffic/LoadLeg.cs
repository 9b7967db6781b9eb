using System.Net;
using System.Security.Cryptography;
using Relay.Core.Srtp;
using Relay.Core.Turn;

namespace Relay.Load.Traffic;

/// <summary>
/// One leg as the load generator plays it: an address, keys each way, one stream that it sends and one that it gets. Numbers
/// go on over runs, because a number is never sealed twice.
/// </summary>
internal sealed class LoadLeg : IDisposable
{
    /// <summary>Sent packets that are remembered, a power of two: more than are ever under way.</summary>
    public const int SentRemembered = 8192;

    private readonly long[] _sentTicks = new long[SentRemembered];
    private readonly ushort[] _sentNumbers = new ushort[SentRemembered];

    /// <param name="index">From 0; chooses the address.</param>
    /// <param name="localAddress">An address of 127.0.0.0/8, as a number.</param>
    public LoadLeg(int index, uint localAddress)
    {
        Index = index;
        LocalAddress = localAddress;
    }

    public int Index { get; }

    public uint LocalAddress { get; }

    /// <summary>Seals what the leg sends; owned, null until the keys are known.</summary>
    public SrtpOutbound? Outbound { get; set; }

    /// <summary>Opens what it gets; owned, null until the keys are known.</summary>
    public SrtpInbound? Inbound { get; set; }

    /// <summary>The SSRC that the leg sends.</summary>
    public uint Ssrc { get; init; }

    public byte PayloadType { get; init; }

    /// <summary>The SSRC of what the leg gets; known once the server has the leg.</summary>
    public uint IncomingSsrc { get; set; }

    /// <summary>The server's address for this leg; known once the server has the leg.</summary>
    public uint ServerAddress { get; set; }

    public int ServerPort { get; set; }

    /// <summary>The leg that this one hears; null for none.</summary>
    public LoadLeg? Source { get; set; }

    /// <summary>Legs that hear this one.</summary>
    public int Listeners { get; set; }

    public bool Sends { get; set; }

    /// <summary>The TURN channel that it sends and gets its packets in; 0 for none.</summary>
    public ushort Channel { get; set; }

    /// <summary>Bytes in front of each of its packets.</summary>
    public int HeaderBytes => Channel == 0 ? 0 : ChannelData.HeaderBytes;

    /// <summary>Number of the next packet to be sealed; its low half is the sequence number.</summary>
    public uint NextNumber { get; set; }

    /// <summary>What to take from a received sequence number to get the source's; learned from an opened packet.</summary>
    public ushort SequenceOffset { get; set; }

    public bool KnowsOffset { get; set; }

    /// <summary>Where leg <paramref name="index"/> sends from: 127.64.0.1 and on.</summary>
    public static uint AddressOf(int index) => 0x7F40_0001u + (uint)index;

    public static IPAddress ToAddress(uint address) =>
        new([(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address]);

    /// <summary>A random master key with its salt.</summary>
    public static byte[] NewKey(SrtpProfile profile) =>
        RandomNumberGenerator.GetBytes(SrtpProfiles.KeyLength(profile) + SrtpProfiles.SaltLength(profile));

    public void MarkSent(ushort sequence, long ticks)
    {
        int place = sequence % SentRemembered;
        _sentTicks[place] = ticks;
        _sentNumbers[place] = sequence;
    }

    /// <summary>When a packet was sent; false if that is no longer known.</summary>
    public bool TryGetSent(ushort sequence, out long ticks)
    {
        int place = sequence % SentRemembered;
        ticks = _sentTicks[place];
        return ticks != 0 && _sentNumbers[place] == sequence;
    }

    public void Dispose()
    {
        Outbound?.Dispose();
        Inbound?.Dispose();
    }
}
