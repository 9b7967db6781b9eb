using System.Buffers.Binary;
using System.Security.Cryptography;
using Relay.Core.Dtls;
using Relay.Host.Platform.OpenSsl;
using Relay.Testing.Sdp;

namespace Relay.Testing.Peers;

/// <summary>
/// Everything about a peer that its partner must never see: credentials, certificate, names, SSRCs. All random, and long
/// enough that finding one elsewhere by chance is out of the question.
/// </summary>
public sealed class PeerIdentity : IDisposable
{
    private const string MidCharacters = "abcdefghijklmnopqrstuvwxyz";
    private const string IceCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <param name="usesRandomMids">Draws the mids too; else they are 0 and 1, as everybody's.</param>
    public PeerIdentity(bool usesRandomMids = false)
    {
        AudioMid = usesRandomMids ? RandomNumberGenerator.GetString(MidCharacters, 12) : PeerOffer.AudioMid;
        VideoMid = usesRandomMids ? RandomNumberGenerator.GetString(MidCharacters, 12) : PeerOffer.VideoMid;
        RenewIceCredentials();
        Cname = RandomNumberGenerator.GetString(IceCharacters, 16);
        StreamId = Guid.NewGuid().ToString();
        AudioTrackId = Guid.NewGuid().ToString();
        VideoTrackId = Guid.NewGuid().ToString();
        AudioSsrc = NextSsrc();
        VideoSsrc = NextSsrc();
        RtxSsrc = NextSsrc();
        MediaTag = BinaryPrimitives.ReadUInt64BigEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        Certificate = DtlsCertificate.CreateEcdsa(DateTimeOffset.UtcNow);
    }

    /// <summary>ice-ufrag: 16 characters.</summary>
    public string Ufrag { get; private set; } = string.Empty;

    /// <summary>ice-pwd: 24 characters.</summary>
    public string Password { get; private set; } = string.Empty;

    public string Cname { get; }

    public string StreamId { get; }

    public string AudioTrackId { get; }

    public string VideoTrackId { get; }

    public string AudioMid { get; }

    public string VideoMid { get; }

    public uint AudioSsrc { get; }

    public uint VideoSsrc { get; }

    public uint RtxSsrc { get; }

    /// <summary>Marks this peer's media payloads, so that a receiver knows whose they are. No secret.</summary>
    public ulong MediaTag { get; }

    /// <summary>The certificate's fingerprint as SDP has it: upper-case hexadecimal with colons.</summary>
    public string FingerprintText
    {
        get
        {
            DtlsFingerprint fingerprint = Certificate.Fingerprint;
            return string.Join(':', fingerprint.Value.ToArray().Select(b => b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    internal DtlsCertificate Certificate { get; }

    /// <summary>New ufrag and password, for an ICE restart.</summary>
    public void RenewIceCredentials()
    {
        Ufrag = RandomNumberGenerator.GetString(IceCharacters, 16);
        Password = RandomNumberGenerator.GetString(IceCharacters, 24);
    }

    public void Dispose() => Certificate.Dispose();

    private static uint NextSsrc() => BinaryPrimitives.ReadUInt32BigEndian(RandomNumberGenerator.GetBytes(sizeof(uint))) | 1;
}
