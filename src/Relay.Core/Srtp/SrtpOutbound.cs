using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// Seals what is sent to one peer: SRTP and SRTCP under one master key (RFC 3711, RFC 7714), any number of SSRCs up to a
/// maximum. Used by one thread.
/// </summary>
/// <remarks>
/// A sequence number is sealed once. Two different packets under one index would have one IV: in AES-CM their payloads
/// could be added up, in GCM the authentication key would be given away. Packets are resent as RTX, with numbers of their
/// own, or from a copy of what was sealed.
/// </remarks>
public sealed class SrtpOutbound : IDisposable
{
    /// <summary>Streams allowed if nothing else is said: audio, video and its RTX, and some to spare.</summary>
    public const int StreamsDefault = 16;

    private readonly SrtpCipher _rtp;
    private readonly SrtpCipher _rtcp;
    private readonly SrtpStreamTable _streams;
    private readonly int _tagLength;
    private readonly bool _isAead;
    private readonly bool _allowRepeats;

    // One count for all SSRCs: simpler than one each, keeps receivers' windows right, and is the limit of the key itself.
    private long _nextRtcpIndex = 1;
    private bool _isDisposed;

    /// <param name="profile">A supported profile.</param>
    /// <param name="masterKey"><see cref="SrtpProfiles.KeyLength"/> bytes.</param>
    /// <param name="masterSalt"><see cref="SrtpProfiles.SaltLength"/> bytes.</param>
    /// <param name="maxStreams">SSRCs known at a time, 1 to 1,024; 300 bytes each.</param>
    /// <param name="allowRepeats">
    /// Lets a sequence number be sealed again, at any age of up to half a turn. The caller then answers for header and
    /// payload being the very bytes of the first time, header extensions included.
    /// </param>
    /// <param name="batch">
    /// If there is one, <see cref="Protect"/> may leave tags to its <see cref="SrtpBatch.FlushTags"/>; outputs then lie in
    /// pinned memory and stay where they are until that.
    /// </param>
    public SrtpOutbound(
        SrtpProfile profile,
        ReadOnlySpan<byte> masterKey,
        ReadOnlySpan<byte> masterSalt,
        int maxStreams = StreamsDefault,
        bool allowRepeats = false,
        SrtpBatch? batch = null)
        : this(
            profile,
            SrtpCipher.Derive(profile, masterKey, masterSalt, isRtcp: false, encrypt: true, batch),
            SrtpCipher.Derive(profile, masterKey, masterSalt, isRtcp: true, encrypt: true),
            maxStreams,
            allowRepeats)
    {
    }

    /// <summary>Takes ownership of two ciphers of the profile.</summary>
    internal SrtpOutbound(SrtpProfile profile, SrtpCipher rtp, SrtpCipher rtcp, int maxStreams, bool allowRepeats)
    {
        _streams = new SrtpStreamTable(maxStreams);
        _isAead = SrtpProfiles.IsAead(profile);
        _tagLength = SrtpProfiles.TagLength(profile);
        _allowRepeats = allowRepeats;
        _rtp = rtp;
        _rtcp = rtcp;
        Profile = profile;
    }

    public SrtpProfile Profile { get; }

    /// <summary>SSRCs that have sent.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>
    /// Seals one RTP packet: header, then prefix and payload encrypted, then the tag. The rollover counter is that of the
    /// index nearest to the stream's highest; a new stream starts at 0.
    /// </summary>
    /// <param name="header">The whole RTP header with CSRCs and extension; outside of the output, or at its start.</param>
    /// <param name="prefix">Plaintext put before the payload; outside of the output; may be empty.</param>
    /// <param name="payload">Plaintext; outside of the output, or anywhere in it behind the header.</param>
    /// <param name="output">Room for header, prefix, payload and tag.</param>
    /// <param name="length">Bytes of the SRTP packet; 0 unless the result is None.</param>
    /// <returns>
    /// None; PacketTooLarge (the output is too short), SrtpTooManyStreams, SrtpReplayed (this number was sealed before),
    /// SrtpTooOld (more than 1,023 behind, or before the stream's first turn), SrtpIndexExhausted; SrtpNoKeys after Dispose.
    /// </returns>
    public DropReason Protect(
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> prefix,
        ReadOnlySpan<byte> payload,
        Span<byte> output,
        out int length)
    {
        length = 0;
        if (_isDisposed)
        {
            return DropReason.SrtpNoKeys;
        }

        Invariant.Holds(header.Length >= SrtpPacketLayout.RtpFixedHeaderBytes, "an RTP header is too short");
        int plainLength = header.Length + prefix.Length + payload.Length;
        if (plainLength + _tagLength > output.Length)
        {
            return DropReason.PacketTooLarge;
        }

        uint ssrc = SrtpPacketLayout.RtpSsrc(header);
        int place = _streams.Find(ssrc);
        DropReason reason = ChooseIndex(place, SrtpPacketLayout.Sequence(header), out long index);
        if (reason != DropReason.None)
        {
            return reason;
        }

        Span<byte> body = output[header.Length..plainLength];
        if (output.Overlaps(payload))
        {
            // Moved first, so that neither prefix nor ciphertext runs over it. Nothing moves if it is in place already.
            payload.CopyTo(body[prefix.Length..]);
            payload = body[prefix.Length..];
        }

        if (!Unsafe.AreSame(ref MemoryMarshal.GetReference(header), ref MemoryMarshal.GetReference(output)))
        {
            header.CopyTo(output);
        }

        uint rollover = SrtpPacketIndex.RolloverCounterBigEndian(index);
        _rtp.Seal(
            ssrc,
            (ulong)index,
            output[..header.Length],
            _isAead ? default : MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in rollover)),
            prefix,
            payload,
            body,
            output.Slice(plainLength, _tagLength));

        place = place < 0 ? _streams.Add(ssrc) : place;
        _streams[place].Rtp.Mark(index);
        length = plainLength + _tagLength;
        return DropReason.None;
    }

    /// <summary>Seals one compound RTCP packet in place, always encrypted.</summary>
    /// <param name="buffer">The plain packet, and room for <see cref="SrtpProfiles.RtcpOverheadMaxBytes"/> behind it.</param>
    /// <param name="plainLength">Bytes of the plain packet, at least 8.</param>
    /// <param name="length">Bytes of the SRTCP packet; 0 unless the result is None.</param>
    /// <returns>None; PacketTooLarge (no room), SrtpIndexExhausted; SrtpNoKeys after Dispose.</returns>
    public DropReason ProtectRtcp(Span<byte> buffer, int plainLength, out int length)
    {
        length = 0;
        if (_isDisposed)
        {
            return DropReason.SrtpNoKeys;
        }

        Invariant.Holds(plainLength >= SrtpPacketLayout.RtcpHeaderBytes, "an RTCP packet is too short");
        int sealedLength = plainLength + _tagLength + SrtpProfiles.RtcpIndexBytes;
        if (sealedLength > buffer.Length)
        {
            return DropReason.PacketTooLarge;
        }

        if (_nextRtcpIndex > SrtpPacketIndex.RtcpMax)
        {
            return DropReason.SrtpIndexExhausted;
        }

        int wordOffset = plainLength + (_isAead ? _tagLength : 0);
        int tagOffset = plainLength + (_isAead ? 0 : SrtpProfiles.RtcpIndexBytes);
        Span<byte> suffix = buffer.Slice(wordOffset, SrtpProfiles.RtcpIndexBytes);
        Span<byte> body = buffer[SrtpPacketLayout.RtcpHeaderBytes..plainLength];
        BinaryPrimitives.WriteUInt32BigEndian(suffix, (uint)_nextRtcpIndex | SrtpPacketLayout.RtcpEncryptedFlag);
        _rtcp.Seal(
            SrtpPacketLayout.RtcpSsrc(buffer),
            (ulong)_nextRtcpIndex,
            buffer[..SrtpPacketLayout.RtcpHeaderBytes],
            suffix,
            prefix: default,
            body,
            body,
            buffer.Slice(tagOffset, _tagLength));
        _nextRtcpIndex++;
        length = sealedLength;
        return DropReason.None;
    }

    /// <summary>
    /// Forgets a stream and makes room for another; false if it is not known. The SSRC must never be used again under these
    /// keys: it would start over at ROC 0 and repeat its IVs.
    /// </summary>
    public bool RemoveStream(uint ssrc) => _streams.Remove(ssrc);

    /// <summary>Frees the native contexts and clears the keys. Packets afterwards get SrtpNoKeys.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _rtp.Dispose();
            _rtcp.Dispose();
        }
    }

    /// <summary>Puts a stream where it would be after this index, which no test could reach one by one.</summary>
    internal void RestartStream(uint ssrc, long rtpIndex) => _streams[_streams.FindOrAdd(ssrc)].Rtp.Restart(rtpIndex);

    /// <summary>Puts the SRTCP count where it would be before this index.</summary>
    internal void RestartRtcp(long nextIndex) => _nextRtcpIndex = nextIndex;

    private DropReason ChooseIndex(int place, ushort sequence, out long index)
    {
        index = sequence;
        if (place < 0)
        {
            return _streams.IsFull ? DropReason.SrtpTooManyStreams : DropReason.None;
        }

        ref readonly ReplayWindow window = ref _streams[place].Rtp;
        index = SrtpPacketIndex.Guess(window.Highest, sequence);
        if (index > SrtpPacketIndex.Max)
        {
            return DropReason.SrtpIndexExhausted;
        }

        DropReason reason = window.Check(index);
        return _allowRepeats && index >= 0 ? DropReason.None : reason;
    }
}
