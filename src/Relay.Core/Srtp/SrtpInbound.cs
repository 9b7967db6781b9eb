using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// Opens what one peer sends: SRTP and SRTCP under one master key (RFC 3711, RFC 7714), any number of SSRCs up to a
/// maximum. A packet that fails changes nothing, neither here nor in its buffer. Used by one thread.
/// </summary>
/// <remarks>
/// A table full of streams refuses new ones (SrtpTooManyStreams) rather than forget an old one, because its packets could
/// then be replayed; so a peer that opens more streams than allowed only harms itself.
/// </remarks>
public sealed class SrtpInbound : IDisposable
{
    /// <summary>Streams allowed if nothing else is said: audio, video and its RTX, some layers, some changes of SSRC.</summary>
    public const int StreamsDefault = 16;

    private readonly SrtpCipher _rtp;
    private readonly SrtpCipher _rtcp;
    private readonly SrtpStreamTable _streams;
    private readonly int _tagLength;
    private readonly bool _isAead;
    private readonly SrtpBatch? _batch;
    private readonly CmSha1Cipher? _forecaster;
    private bool _isDisposed;

    /// <param name="profile">A supported profile.</param>
    /// <param name="masterKey"><see cref="SrtpProfiles.KeyLength"/> bytes.</param>
    /// <param name="masterSalt"><see cref="SrtpProfiles.SaltLength"/> bytes.</param>
    /// <param name="maxStreams">SSRCs known at a time, 1 to 1,024; 300 bytes each.</param>
    /// <param name="batch">Where <see cref="Forecast"/> puts its guesses; null for none.</param>
    public SrtpInbound(
        SrtpProfile profile,
        ReadOnlySpan<byte> masterKey,
        ReadOnlySpan<byte> masterSalt,
        int maxStreams = StreamsDefault,
        SrtpBatch? batch = null)
        : this(
            profile,
            SrtpCipher.Derive(profile, masterKey, masterSalt, isRtcp: false, encrypt: false, batch),
            SrtpCipher.Derive(profile, masterKey, masterSalt, isRtcp: true, encrypt: false),
            maxStreams,
            batch)
    {
    }

    /// <summary>Takes ownership of two ciphers of the profile.</summary>
    internal SrtpInbound(SrtpProfile profile, SrtpCipher rtp, SrtpCipher rtcp, int maxStreams, SrtpBatch? batch = null)
    {
        _streams = new SrtpStreamTable(maxStreams);
        _isAead = SrtpProfiles.IsAead(profile);
        _tagLength = SrtpProfiles.TagLength(profile);
        _rtp = rtp;
        _rtcp = rtcp;
        if (batch is not null && rtp is CmSha1Cipher forecaster)
        {
            _forecaster = forecaster;
            _batch = batch;
            batch.InboundCount++;
        }

        Profile = profile;
    }

    public SrtpProfile Profile { get; }

    /// <summary>SSRCs known, by an authentic RTP or RTCP packet of theirs.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>
    /// Opens one SRTP packet into the output. Header, extension and padding are there as the sender wrote them.
    /// </summary>
    /// <param name="packet">The datagram. Not written to, unless the output is the same memory.</param>
    /// <param name="output">
    /// Room for the plain packet: the same memory as the packet, from its first byte, or none of it. A packet that fails
    /// leaves no part of its plaintext there.
    /// </param>
    /// <param name="length">Bytes of the plain RTP packet; 0 unless the result is None.</param>
    /// <returns>
    /// None; SrtpTruncated, RtpBadVersion, SrtpTooManyStreams, SrtpReplayed, SrtpTooOld (more than 1,023 behind),
    /// SrtpIndexExhausted (the peer must make new keys), SrtpAuthenticationFailed; PacketTooLarge (the output is too short);
    /// SrtpNoKeys after Dispose.
    /// </returns>
    public DropReason Unprotect(ReadOnlySpan<byte> packet, Span<byte> output, out int length)
    {
        length = 0;
        if (_isDisposed)
        {
            return DropReason.SrtpNoKeys;
        }

        DropReason reason = SrtpPacketLayout.ReadRtpHeaderLength(packet, _tagLength, out int headerLength);
        if (reason != DropReason.None)
        {
            return reason;
        }

        int plainLength = packet.Length - _tagLength;
        if (plainLength > output.Length)
        {
            return DropReason.PacketTooLarge;
        }

        output = output[..plainLength];
        uint ssrc = SrtpPacketLayout.RtpSsrc(packet);
        ushort sequence = SrtpPacketLayout.Sequence(packet);
        int place = _streams.Find(ssrc);
        if (place < 0 && _streams.IsFull)
        {
            return DropReason.SrtpTooManyStreams;
        }

        long index;
        if (place < 0 || _streams[place].Rtp.IsEmpty)
        {
            reason = OpenFirst(packet, output, headerLength, ssrc, sequence, out index);
        }
        else
        {
            reason = OpenNext(packet, output, headerLength, ssrc, sequence, in _streams[place].Rtp, out index);
        }

        if (reason == DropReason.None)
        {
            place = place < 0 ? _streams.Add(ssrc) : place;
            _streams[place].Rtp.Mark(index);

            // In place this copies the header onto itself, which the runtime notices.
            packet[..headerLength].CopyTo(output);
            length = plainLength;
        }

        return reason;
    }

    /// <summary>
    /// Says to the batch with which rollover counter a packet will probably be opened. Changes nothing here, and nothing
    /// about what <see cref="Unprotect"/> will say; a packet that it would refuse without looking at the tag is left out.
    /// </summary>
    /// <param name="packet">The datagram, in pinned memory that does not change until the batch's forecasts are cleared.</param>
    public void Forecast(ReadOnlySpan<byte> packet)
    {
        if (_forecaster is null
            || _isDisposed
            || SrtpPacketLayout.ReadRtpHeaderLength(packet, _tagLength, out _) != DropReason.None)
        {
            return;
        }

        long index = SrtpPacketLayout.Sequence(packet);
        int place = _streams.Find(SrtpPacketLayout.RtpSsrc(packet));
        if (place < 0 && _streams.IsFull)
        {
            return;
        }

        if (place >= 0 && !_streams[place].Rtp.IsEmpty)
        {
            ref readonly ReplayWindow window = ref _streams[place].Rtp;
            index = SrtpPacketIndex.Guess(window.Highest, (ushort)index);
            if (index > SrtpPacketIndex.Max || window.Check(index) != DropReason.None)
            {
                return;
            }
        }

        _forecaster.Forecast(packet[..^_tagLength], SrtpPacketIndex.RolloverCounter(index));
    }

    /// <summary>
    /// Opens one SRTCP packet in place, encrypted or (E bit clear) only authenticated.
    /// </summary>
    /// <param name="packet">The datagram: one compound packet.</param>
    /// <param name="length">Bytes of the plain compound packet; 0 unless the result is None.</param>
    /// <returns>
    /// None; SrtpTruncated, RtcpBadVersion, SrtpTooManyStreams, SrtpReplayed, SrtpTooOld, SrtpAuthenticationFailed;
    /// SrtpNoKeys after Dispose.
    /// </returns>
    public DropReason UnprotectRtcp(Span<byte> packet, out int length)
    {
        length = 0;
        if (_isDisposed)
        {
            return DropReason.SrtpNoKeys;
        }

        int overhead = _tagLength + SrtpProfiles.RtcpIndexBytes;
        DropReason reason = SrtpPacketLayout.CheckRtcp(packet, overhead);
        if (reason != DropReason.None)
        {
            return reason;
        }

        int plainLength = packet.Length - overhead;
        int wordOffset = plainLength + (_isAead ? _tagLength : 0);
        int tagOffset = plainLength + (_isAead ? 0 : SrtpProfiles.RtcpIndexBytes);
        ReadOnlySpan<byte> suffix = packet.Slice(wordOffset, SrtpProfiles.RtcpIndexBytes);
        uint word = BinaryPrimitives.ReadUInt32BigEndian(suffix);
        long index = word & ~SrtpPacketLayout.RtcpEncryptedFlag;
        uint ssrc = SrtpPacketLayout.RtcpSsrc(packet);
        int place = _streams.Find(ssrc);
        reason = place >= 0 ? _streams[place].Rtcp.Check(index)
            : _streams.IsFull ? DropReason.SrtpTooManyStreams : DropReason.None;
        if (reason != DropReason.None)
        {
            return reason;
        }

        bool isEncrypted = (word & SrtpPacketLayout.RtcpEncryptedFlag) != 0;
        int clearLength = isEncrypted ? SrtpPacketLayout.RtcpHeaderBytes : plainLength;
        Span<byte> body = packet[clearLength..plainLength];
        ReadOnlySpan<byte> tag = packet.Slice(tagOffset, _tagLength);
        if (!_rtcp.Open(ssrc, (ulong)index, packet[..clearLength], suffix, body, body, tag))
        {
            return DropReason.SrtpAuthenticationFailed;
        }

        place = place < 0 ? _streams.Add(ssrc) : place;
        _streams[place].Rtcp.Mark(index);
        length = plainLength;
        return DropReason.None;
    }

    /// <summary>
    /// Forgets a stream and makes room for another; false if it is not known. Its packets so far could be replayed from
    /// then on, so this is for SSRCs whose packets nobody wants any more.
    /// </summary>
    public bool RemoveStream(uint ssrc) => _streams.Remove(ssrc);

    /// <summary>Frees the native contexts and clears the keys. Packets afterwards get SrtpNoKeys.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            if (_batch is not null)
            {
                _batch.InboundCount--;
            }

            _rtp.Dispose();
            _rtcp.Dispose();
        }
    }

    /// <summary>Puts a stream where it would be after these indexes, which no test could reach one by one.</summary>
    internal void RestartStream(uint ssrc, long rtpIndex) => _streams[_streams.FindOrAdd(ssrc)].Rtp.Restart(rtpIndex);

    /// <summary>
    /// A stream's first packet has ROC 0, unless the sender began shortly before a wrap and everything up to the wrap was
    /// lost or is still under way.
    /// </summary>
    private DropReason OpenFirst(
        ReadOnlySpan<byte> packet,
        Span<byte> output,
        int headerLength,
        uint ssrc,
        ushort sequence,
        out long index)
    {
        index = sequence;
        if (OpenAt(packet, output, headerLength, ssrc, index))
        {
            return DropReason.None;
        }

        index += SrtpPacketIndex.Rollover;
        bool isAfterWrap = sequence < SrtpPacketIndex.HalfRange && OpenAt(packet, output, headerLength, ssrc, index);
        return isAfterWrap ? DropReason.None : DropReason.SrtpAuthenticationFailed;
    }

    private DropReason OpenNext(
        ReadOnlySpan<byte> packet,
        Span<byte> output,
        int headerLength,
        uint ssrc,
        ushort sequence,
        in ReplayWindow window,
        out long index)
    {
        index = SrtpPacketIndex.Guess(window.Highest, sequence);
        if (index > SrtpPacketIndex.Max)
        {
            return DropReason.SrtpIndexExhausted;
        }

        DropReason reason = window.Check(index);
        if (reason == DropReason.None)
        {
            return OpenAt(packet, output, headerLength, ssrc, index) ? DropReason.None : DropReason.SrtpAuthenticationFailed;
        }

        // What looks far too old may be far too new: more than half a turn was lost. Without this the stream would be
        // dead for good, because nothing else would move the guess forward.
        index += SrtpPacketIndex.Rollover;
        bool isAhead = reason == DropReason.SrtpTooOld
            && index <= SrtpPacketIndex.Max
            && OpenAt(packet, output, headerLength, ssrc, index);
        return isAhead ? DropReason.None : reason;
    }

    private bool OpenAt(ReadOnlySpan<byte> packet, Span<byte> output, int headerLength, uint ssrc, long index)
    {
        uint rollover = SrtpPacketIndex.RolloverCounterBigEndian(index);
        return _rtp.Open(
            ssrc,
            (ulong)index,
            packet[..headerLength],
            _isAead ? default : MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in rollover)),
            packet[headerLength..output.Length],
            output[headerLength..],
            packet[output.Length..]);
    }
}
