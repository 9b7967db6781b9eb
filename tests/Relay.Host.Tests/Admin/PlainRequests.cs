using Relay.Host.Admin;

namespace Relay.Host.Tests.Admin;

/// <summary>Requests that are right, for tests to change.</summary>
internal static class PlainRequests
{
    public static PlainTransportRequest Create(uint ssrc = 1000, string? remote = null) => new(
        Audio: new PlainSection("opus", 111, ssrc),
        Video: new PlainSection("VP8", 96, ssrc + 1, 97, ssrc + 2),
        Srtp: new PlainSrtp("AEAD_AES_128_GCM", Key(28, 1), Key(28, 2)),
        Remote: remote);

    public static byte[] Key(int length, byte value)
    {
        byte[] key = new byte[length];
        Array.Fill(key, value);
        return key;
    }
}
