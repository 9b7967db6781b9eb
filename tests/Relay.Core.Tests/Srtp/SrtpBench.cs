using System.Buffers.Binary;
using Relay.Core.Diagnostics;
using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Srtp;

/// <summary>Keys, packets and vectors that the SRTP tests share.</summary>
internal static class SrtpBench
{
    public const uint Ssrc = 0xCAFEBABE;

    // RFC 7714 sections 16 and 17.
    public const string Key128 = "000102030405060708090a0b0c0d0e0f";
    public const string Key256 = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    public const string GcmSalt = "517569642070726f2071756f";

    public static TheoryData<SrtpProfile> Profiles =>
        [SrtpProfile.Aes128CmSha1_80, SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm];

    public static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    public static byte[] MasterKey(SrtpProfile profile) => Filled(SrtpProfiles.KeyLength(profile), 0x11);

    public static byte[] MasterSalt(SrtpProfile profile) => Filled(SrtpProfiles.SaltLength(profile), 0xA5);

    public static SrtpInbound Inbound(SrtpProfile profile, int maxStreams = SrtpInbound.StreamsDefault) =>
        new(profile, MasterKey(profile), MasterSalt(profile), maxStreams);

    public static SrtpOutbound Outbound(
        SrtpProfile profile,
        int maxStreams = SrtpOutbound.StreamsDefault,
        bool allowRepeats = false) =>
        new(profile, MasterKey(profile), MasterSalt(profile), maxStreams, allowRepeats);

    /// <summary>An inbound context that has the session keys given, as the RFC's vectors want.</summary>
    public static SrtpInbound InboundWith(SrtpProfile profile, string key, string salt) =>
        new(profile, Cipher(profile, key, salt, "", encrypt: false), Cipher(profile, key, salt, "", encrypt: false), 4);

    /// <summary>An outbound context that has the session keys given, as the RFC's vectors want.</summary>
    public static SrtpOutbound OutboundWith(SrtpProfile profile, string key, string salt) =>
        new(profile, Cipher(profile, key, salt, "", encrypt: true), Cipher(profile, key, salt, "", encrypt: true), 4, false);

    public static SrtpCipher Cipher(SrtpProfile profile, string key, string salt, string authentication, bool encrypt) =>
        SrtpCipher.Create(profile, new SrtpSessionKeys(Hex(key), Hex(authentication), Hex(salt)), encrypt);

    /// <summary>OpenSSL's cipher, whatever this machine would choose, under the RTP session keys.</summary>
    public static SrtpCipher EvpCipher(SrtpProfile profile, bool encrypt)
    {
        SrtpSessionKeys keys = SrtpSessionKeys.Derive(
            profile, MasterKey(profile), MasterSalt(profile), false, new byte[SrtpSessionKeys.StorageBytes]);
        return SrtpProfiles.IsAead(profile)
            ? new EvpGcmCipher(keys.EncryptionKey, keys.Salt, encrypt)
            : new EvpCmSha1Cipher(keys.EncryptionKey, keys.AuthenticationKey, keys.Salt);
    }

    /// <summary>A plain RTP packet without CSRCs and extension, its payload counting up from its sequence number.</summary>
    public static byte[] RtpPacket(int sequence, int payloadLength = 50, uint ssrc = Ssrc)
    {
        byte[] packet = new byte[12 + payloadLength];
        packet[0] = 0x80;
        packet[1] = 96;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), 90_000);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        for (int i = 12; i < packet.Length; i++)
        {
            packet[i] = (byte)(sequence + i);
        }

        return packet;
    }

    /// <summary>A plain receiver report with one block of bytes behind its header.</summary>
    public static byte[] RtcpPacket(int bodyLength = 24, uint ssrc = Ssrc)
    {
        byte[] packet = new byte[8 + bodyLength];
        packet[0] = 0x81;
        packet[1] = 201;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)((packet.Length / 4) - 1));
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), ssrc);
        for (int i = 8; i < packet.Length; i++)
        {
            packet[i] = (byte)(i * 7);
        }

        return packet;
    }

    /// <summary>Seals a plain packet with a 12-byte header.</summary>
    public static byte[] Protect(SrtpOutbound outbound, byte[] plain)
    {
        byte[] output = new byte[plain.Length + SrtpProfiles.RtpOverheadMaxBytes];
        DropReason reason = outbound.Protect(plain.AsSpan(0, 12), default, plain.AsSpan(12), output, out int length);
        Assert.Equal(DropReason.None, reason);
        return output[..length];
    }

    public static byte[] ProtectRtcp(SrtpOutbound outbound, byte[] plain)
    {
        byte[] buffer = new byte[plain.Length + SrtpProfiles.RtcpOverheadMaxBytes];
        plain.CopyTo(buffer, 0);
        Assert.Equal(DropReason.None, outbound.ProtectRtcp(buffer, plain.Length, out int length));
        return buffer[..length];
    }

    /// <summary>Opens a copy, so that the packet can be used again.</summary>
    public static DropReason Unprotect(SrtpInbound inbound, byte[] packet, out byte[] plain)
    {
        byte[] copy = (byte[])packet.Clone();
        DropReason reason = inbound.Unprotect(copy, copy, out int length);
        plain = copy[..length];
        return reason;
    }

    public static DropReason Unprotect(SrtpInbound inbound, byte[] packet) => Unprotect(inbound, packet, out _);

    public static DropReason UnprotectRtcp(SrtpInbound inbound, byte[] packet, out byte[] plain)
    {
        byte[] copy = (byte[])packet.Clone();
        DropReason reason = inbound.UnprotectRtcp(copy, out int length);
        plain = copy[..length];
        return reason;
    }

    public static DropReason UnprotectRtcp(SrtpInbound inbound, byte[] packet) => UnprotectRtcp(inbound, packet, out _);

    private static byte[] Filled(int length, int start)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)(start + (i * 13));
        }

        return bytes;
    }
}
