using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// What the SRTP contexts of one worker share, so that the HMACs of AES-CM are computed for many packets at once instead of
/// one after another. Used by one thread.
/// </summary>
/// <remarks>
/// <para>
/// Sent packets: <see cref="SrtpOutbound.Protect"/> encrypts, and the tag waits until <see cref="FlushTags"/>, which the owner
/// of the transmit queue calls before it lets a packet go.
/// </para>
/// <para>
/// Received packets: before they are handled, <see cref="SrtpInbound.Forecast"/> guesses for each which rollover counter it
/// will be opened with, and <see cref="ComputeForecasts"/> computes what the tag then has to be. Opening a packet takes that
/// if key, bytes and counter are those of the guess, and computes for itself if not. So a forecast never decides anything:
/// it is the same value, earlier.
/// </para>
/// </remarks>
public sealed unsafe class SrtpBatch
{
    /// <summary>The most packets forecast at a time.</summary>
    public const int ForecastsMax = HmacSha1Batch.JobsMax;

    private const int TagStride = 16;

    private readonly HmacSha1Batch _outgoing;
    private readonly HmacSha1Batch _incoming;
    private readonly Entry[] _forecasts = new Entry[ForecastsMax];
    private readonly byte[] _tags = GC.AllocateArray<byte>(ForecastsMax * TagStride, pinned: true);
    private int _forecastCount;
    private int _nextForecast;

    public SrtpBatch()
        : this(Sha1Lanes.Wide)
    {
    }

    /// <param name="lanesMax">See <see cref="HmacSha1Batch"/>.</param>
    internal SrtpBatch(int lanesMax)
    {
        _outgoing = new HmacSha1Batch(lanesMax);
        _incoming = new HmacSha1Batch(lanesMax);
    }

    /// <summary>Fewer packets are not worth forecasting; <see cref="int.MaxValue"/> if none are on this processor.</summary>
    public int ForecastsMin => _incoming.LanesMin;

    /// <summary>Contexts alive that forecasts are of use to.</summary>
    public int InboundCount { get; internal set; }

    /// <summary>Sealed packets whose tags are not written yet.</summary>
    public int WaitingTags => _outgoing.Count;

    internal bool HasForecasts => _forecastCount > 0;

    /// <summary>Forecasts taken so far, so that tests see that there is a point to them.</summary>
    internal long ForecastsTaken { get; private set; }

    /// <summary>Writes the tags of all packets sealed so far.</summary>
    public void FlushTags()
    {
        // Asked before each packet that goes, and mostly there is nothing.
        if (_outgoing.Count > 0)
        {
            _outgoing.Flush();
        }
    }

    /// <summary>Computes the tags of all packets forecast.</summary>
    public void ComputeForecasts()
    {
        if (_forecastCount < _incoming.LanesMin)
        {
            ClearForecasts();
        }

        _incoming.Flush();
    }

    /// <summary>Forgets all forecasts: the memory of their packets is about to change.</summary>
    public void ClearForecasts()
    {
        _incoming.Clear();
        _forecasts.AsSpan(0, _forecastCount).Clear();
        _forecastCount = 0;
        _nextForecast = 0;
    }

    /// <summary>False if the tag has to be computed at once.</summary>
    internal bool TryDefer(HmacSha1 key, ReadOnlySpan<byte> message, uint rollover, Span<byte> tag)
    {
        if (message.Length > HmacSha1Batch.MessageMaxBytes || !_outgoing.HasLanes)
        {
            return false;
        }

        _outgoing.Add(key, Address(message), message.Length, rollover, Address(tag));
        return true;
    }

    internal void AddForecast(HmacSha1 key, ReadOnlySpan<byte> message, uint rollover)
    {
        if (message.Length > HmacSha1Batch.MessageMaxBytes || _forecastCount == ForecastsMax)
        {
            return;
        }

        byte* address = Address(message);
        _incoming.Add(key, address, message.Length, rollover, Tag(_forecastCount));
        _forecasts[_forecastCount++] = new Entry { Key = key, Message = address, Length = message.Length, Rollover = rollover };
    }

    internal bool TryTakeForecast(HmacSha1 key, ReadOnlySpan<byte> message, uint rollover, Span<byte> tag)
    {
        byte* address = Address(message);
        // Packets are handled in the order in which they were forecast, so this ends at once, unless some were never opened.
        for (int i = _nextForecast; i < _forecastCount; i++)
        {
            ref readonly Entry entry = ref _forecasts[i];
            if (entry.Message != address)
            {
                continue;
            }

            if (entry.Length != message.Length || entry.Rollover != rollover || entry.Key != key)
            {
                return false;
            }

            Invariant.Holds(_incoming.Count == 0, "a forecast was taken before it was computed");
            new ReadOnlySpan<byte>(Tag(i), HmacSha1Batch.TagBytes).CopyTo(tag);
            _nextForecast = i + 1;
            ForecastsTaken++;
            return true;
        }

        return false;
    }

    private byte* Tag(int place) => (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_tags, place * TagStride);

    private static byte* Address(ReadOnlySpan<byte> pinned) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));

    private struct Entry
    {
        public HmacSha1 Key;
        public byte* Message;
        public int Length;
        public uint Rollover;
    }
}
