using System.Buffers.Binary;
using System.Security.Cryptography;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Stun;

/// <summary>
/// Writes one STUN message (RFC 8489; the layout is drawn in StunMessageReader.cs) into a caller's buffer. Every method
/// returns false, and writes nothing, when the buffer is too short; the message up to there stays valid. Call
/// <see cref="WriteHeader"/> first, <see cref="AddMessageIntegrity"/> after all attributes, <see cref="AddFingerprint"/>
/// last. <see cref="AddMessageIntegritySha256"/> stands in for <see cref="AddMessageIntegrity"/>, or follows it.
/// </summary>
public ref struct StunMessageWriter
{
    /// <summary>RFC 8489 section 14.8: fewer than 128 characters; ours are short ASCII.</summary>
    public const int ReasonMaxBytes = 127;

    /// <summary>The most types that <see cref="AddUnknownAttributes"/> lists.</summary>
    public const int MaxUnknownAttributes = 16;

    private readonly Span<byte> _buffer;

    public StunMessageWriter(Span<byte> buffer)
    {
        _buffer = buffer;
        Length = 0;
    }

    /// <summary>Bytes written so far: the message.</summary>
    public int Length { get; private set; }

    /// <summary>Starts the message; <paramref name="transactionId"/> has 12 bytes.</summary>
    public bool WriteHeader(StunClass messageClass, StunMethod method, scoped ReadOnlySpan<byte> transactionId)
    {
        Invariant.Holds(transactionId.Length == StunMessageReader.TransactionIdBytes, "a STUN transaction id has 12 bytes");
        if (_buffer.Length < StunMessageReader.HeaderBytes)
        {
            return false;
        }

        int m = (int)method & 0xFFF;
        int c = (int)messageClass;
        int type = ((m & 0xF80) << 2) | ((m & 0x70) << 1) | (m & 0x0F) | ((c & 2) << 7) | ((c & 1) << 4);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer, (ushort)type);
        BinaryPrimitives.WriteUInt32BigEndian(_buffer[StunMessageReader.CookieOffset..], StunMessageReader.MagicCookie);
        transactionId.CopyTo(_buffer[StunMessageReader.TransactionIdOffset..]);
        Commit(StunMessageReader.HeaderBytes);
        return true;
    }

    /// <summary>Adds any attribute; the padding is zero (RFC 8489 section 14).</summary>
    public bool AddAttribute(ushort type, scoped ReadOnlySpan<byte> value)
    {
        if (!TryReserve(type, value.Length, out Span<byte> destination))
        {
            return false;
        }

        value.CopyTo(destination);
        return true;
    }

    /// <summary>
    /// Adds an attribute whose value is written later, or is already in place (a payload that gets a header in front of it):
    /// the value's bytes are left as they are, the padding behind them is zero.
    /// </summary>
    public bool ReserveAttribute(ushort type, int valueBytes, out Span<byte> value) => TryReserve(type, valueBytes, out value);

    /// <summary>An attribute of one 32-bit number: LIFETIME, CONNECTION-ID.</summary>
    public bool AddUInt32(ushort type, uint number)
    {
        Span<byte> value = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(value, number);
        return AddAttribute(type, value);
    }

    /// <summary>An attribute of one 64-bit number: RESERVATION-TOKEN.</summary>
    public bool AddUInt64(ushort type, ulong number)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(value, number);
        return AddAttribute(type, value);
    }

    public bool AddUsername(scoped ReadOnlySpan<byte> username) => AddAttribute(StunAttributeType.Username, username);

    public bool AddPriority(uint priority) => AddUInt32(StunAttributeType.Priority, priority);

    public bool AddNomination(uint nomination) => AddUInt32(StunAttributeType.Nomination, nomination);

    public bool AddUseCandidate() => AddAttribute(StunAttributeType.UseCandidate, default);

    public bool AddIceControlling(ulong tieBreaker) => AddUInt64(StunAttributeType.IceControlling, tieBreaker);

    public bool AddIceControlled(ulong tieBreaker) => AddUInt64(StunAttributeType.IceControlled, tieBreaker);

    /// <summary>XOR-MAPPED-ADDRESS (RFC 8489 section 14.2).</summary>
    public bool AddXorMappedAddress(in TransportAddress address) =>
        AddXorAddress(StunAttributeType.XorMappedAddress, address);

    /// <summary>Any attribute of the shape of XOR-MAPPED-ADDRESS.</summary>
    public bool AddXorAddress(ushort type, in TransportAddress address)
    {
        Invariant.Holds(Length >= StunMessageReader.HeaderBytes, "the STUN header is written first");
        Span<byte> value = stackalloc byte[StunXorAddress.MaxBytes];
        ReadOnlySpan<byte> transactionId =
            _buffer.Slice(StunMessageReader.TransactionIdOffset, StunMessageReader.TransactionIdBytes);
        int length = StunXorAddress.Write(address, transactionId, value);
        return AddAttribute(type, value[..length]);
    }

    /// <summary>Any attribute of the shape of MAPPED-ADDRESS (RFC 8489 section 14.1), such as ALTERNATE-SERVER.</summary>
    public bool AddAddress(ushort type, in TransportAddress address)
    {
        Span<byte> value = stackalloc byte[StunAddress.MaxBytes];
        int length = StunAddress.Write(address, value);
        return AddAttribute(type, value[..length]);
    }

    /// <summary>ERROR-CODE (RFC 8489 section 14.8), 300 to 699, without a phrase: it would only be bytes to reflect.</summary>
    public bool AddErrorCode(int code) => AddErrorCode(code, default);

    /// <summary>
    /// ERROR-CODE (RFC 8489 section 14.8): 300 to 699, and a phrase of at most <see cref="ReasonMaxBytes"/> bytes.
    /// </summary>
    public bool AddErrorCode(int code, scoped ReadOnlySpan<byte> reason)
    {
        Invariant.Holds(code is >= StunErrorCode.Min and <= StunErrorCode.Max, "a STUN error code is 300 to 699");
        Invariant.Holds(reason.Length <= ReasonMaxBytes, "a STUN reason phrase is short");
        if (!TryReserve(StunAttributeType.ErrorCode, 4 + reason.Length, out Span<byte> value))
        {
            return false;
        }

        value[..2].Clear();
        value[2] = (byte)(code / 100);
        value[3] = (byte)(code % 100);
        reason.CopyTo(value[4..]);
        return true;
    }

    /// <summary>ADDRESS-ERROR-CODE (RFC 8656 section 18.12), 300 to 699: why this family has no relayed address.</summary>
    public bool AddAddressErrorCode(StunAddressFamily family, int code)
    {
        Invariant.Holds(code is >= StunErrorCode.Min and <= StunErrorCode.Max, "a STUN error code is 300 to 699");
        return AddAttribute(StunAttributeType.AddressErrorCode, [(byte)family, 0, (byte)(code / 100), (byte)(code % 100)]);
    }

    /// <summary>UNKNOWN-ATTRIBUTES (RFC 8489 section 14.13), at most <see cref="MaxUnknownAttributes"/> types.</summary>
    public bool AddUnknownAttributes(scoped ReadOnlySpan<ushort> types)
    {
        Invariant.Holds(types.Length <= MaxUnknownAttributes, "few unknown attributes are listed");
        if (!TryReserve(StunAttributeType.UnknownAttributes, types.Length * sizeof(ushort), out Span<byte> value))
        {
            return false;
        }

        for (int i = 0; i < types.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(value[(i * sizeof(ushort))..], types[i]);
        }

        return true;
    }

    /// <summary>MESSAGE-INTEGRITY (RFC 8489 section 14.5) over all that is written so far.</summary>
    public bool AddMessageIntegrity(scoped ReadOnlySpan<byte> key)
    {
        int covered = Length;
        if (!TryReserve(StunAttributeType.MessageIntegrity, StunMessageReader.IntegrityBytes, out Span<byte> value))
        {
            return false;
        }

#pragma warning disable CA5350 // RFC 8489 section 14.5 prescribes HMAC-SHA1, and browsers understand nothing else.
        HMACSHA1.HashData(key, _buffer[..covered], value);
#pragma warning restore CA5350
        return true;
    }

    /// <summary>MESSAGE-INTEGRITY-SHA256 (RFC 8489 section 14.6), not truncated, over all that is written so far.</summary>
    public bool AddMessageIntegritySha256(scoped ReadOnlySpan<byte> key)
    {
        int covered = Length;
        const int Bytes = StunMessageReader.IntegritySha256MaxBytes;
        if (!TryReserve(StunAttributeType.MessageIntegritySha256, Bytes, out Span<byte> value))
        {
            return false;
        }

        HMACSHA256.HashData(key, _buffer[..covered], value);
        return true;
    }

    /// <summary>FINGERPRINT (RFC 8489 section 14.7) over all that is written so far.</summary>
    public bool AddFingerprint()
    {
        int covered = Length;
        if (!TryReserve(StunAttributeType.Fingerprint, StunMessageReader.FingerprintBytes, out Span<byte> value))
        {
            return false;
        }

        uint crc = Crc32.Compute(_buffer[..covered]);
        BinaryPrimitives.WriteUInt32BigEndian(value, crc ^ StunMessageReader.FingerprintXor);
        return true;
    }

    private bool TryReserve(ushort type, int valueBytes, out Span<byte> value)
    {
        Invariant.Holds(Length >= StunMessageReader.HeaderBytes, "the STUN header is written first");
        int padded = StunMessageReader.Padded(valueBytes);
        int end = Length + StunMessageReader.AttributeHeaderBytes + padded;
        if (end > _buffer.Length || end - StunMessageReader.HeaderBytes > ushort.MaxValue)
        {
            value = default;
            return false;
        }

        Span<byte> attribute = _buffer[Length..end];
        BinaryPrimitives.WriteUInt16BigEndian(attribute, type);
        BinaryPrimitives.WriteUInt16BigEndian(attribute[2..], (ushort)valueBytes);
        value = attribute.Slice(StunMessageReader.AttributeHeaderBytes, valueBytes);
        attribute[(StunMessageReader.AttributeHeaderBytes + valueBytes)..].Clear();
        Commit(end);
        return true;
    }

    /// <summary>The length field is kept right after every attribute, which is what integrity and fingerprint cover.</summary>
    private void Commit(int end)
    {
        Length = end;
        BinaryPrimitives.WriteUInt16BigEndian(
            _buffer[StunMessageReader.LengthOffset..], (ushort)(end - StunMessageReader.HeaderBytes));
    }
}
