using System.Diagnostics;
using System.Runtime.InteropServices;
using Relay.Core.Diagnostics;
using Relay.Core.Turn;

namespace Relay.Load.Traffic;

/// <summary>Packets of one leg that leave together, one behind the other in the stock, each with its channel's header if it has one.</summary>
internal readonly record struct Shot(LoadLeg Leg, long Offset, int Packets, int PacketBytes, double DueSeconds);

/// <summary>
/// All packets of a run, sealed before it begins and in the order in which they are sent: while the server is measured, the
/// generator only hands memory to the kernel.
/// </summary>
internal sealed unsafe class PacketStock : IDisposable
{
    private readonly byte* _memory;

    /// <param name="senders">The legs that send; they take turns.</param>
    /// <param name="options">The traffic.</param>
    /// <param name="random">Which packets are lost.</param>
    public PacketStock(IReadOnlyList<LoadLeg> senders, TrafficOptions options, Random random)
    {
        double shotsPerSecond = options.PacketsPerSecond / options.Burst;
        int count = Math.Max(1, (int)(shotsPerSecond * options.Duration.TotalSeconds));
        int packetMax = ChannelData.HeaderBytes + options.PacketBytes + Core.Srtp.SrtpProfiles.RtpOverheadMaxBytes;
        _memory = (byte*)NativeMemory.Alloc((nuint)count * (nuint)options.Burst, (nuint)packetMax);
        double started = (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency;
        Span<byte> plain = stackalloc byte[options.PacketBytes];
        var shots = new List<Shot>(count);
        long at = 0;
        for (int i = 0; i < count; i++)
        {
            LoadLeg leg = senders[i % senders.Count];
            double due = i / shotsPerSecond;
            long offset = at;
            int packets = 0;
            int sealedBytes = 0;
            for (int k = 0; k < options.Burst; k++)
            {
                uint number = leg.NextNumber++;
                if (options.Loss > 0 && random.NextDouble() < options.Loss)
                {
                    continue;
                }

                sealedBytes = Seal(plain, leg, options.Kind, number, started + due, new Span<byte>(_memory + at, packetMax));
                at += sealedBytes;
                packets++;
            }

            if (packets > 0)
            {
                shots.Add(new Shot(leg, offset, packets, sealedBytes, due));
                Packets += packets;
                Expected += (long)packets * leg.Listeners;
            }
        }

        Shots = [.. shots];
    }

    public Shot[] Shots { get; }

    public long Packets { get; }

    /// <summary>Packets that all legs together should get.</summary>
    public long Expected { get; }

    public byte* Pointer(long offset) => _memory + offset;

    public void Dispose() => NativeMemory.Free(_memory);

    private static int Seal(Span<byte> plain, LoadLeg leg, MediaKind kind, uint number, double seconds, Span<byte> output)
    {
        int header = MediaPackets.Write(plain, leg, kind, number, seconds);
        Span<byte> packet = output[leg.HeaderBytes..];
        DropReason reason = leg.Outbound!.Protect(plain[..header], [], plain[header..], packet, out int length);
        if (leg.Channel != 0)
        {
            ChannelData.WriteHeader(output, leg.Channel, length);
        }

        return reason == DropReason.None ? leg.HeaderBytes + length : throw new InvalidOperationException($"A packet could not be sealed: {reason}.");
    }
}
