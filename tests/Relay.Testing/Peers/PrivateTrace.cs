using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Relay.Core.Dtls;

namespace Relay.Testing.Peers;

/// <summary>One byte string that would give a peer away, such as its SSRC in binary.</summary>
public sealed record PrivateTrace(string Name, byte[] Bytes)
{
    private const uint StunCookie = 0x2112A442;

    /// <summary>Everything of a peer that its partner must never receive, in text and in binary.</summary>
    /// <param name="endpoint">
    /// Where the peer sends from. Its address counts only if it is not 127.0.0.1, which the relay itself uses.
    /// </param>
    public static IReadOnlyList<PrivateTrace> Of(PeerIdentity identity, IPEndPoint endpoint)
    {
        var traces = new List<PrivateTrace>
        {
            Text("ufrag", identity.Ufrag),
            Text("password", identity.Password),
            Text("cname", identity.Cname),
            Text("stream id", identity.StreamId),
            Text("audio track id", identity.AudioTrackId),
            Text("video track id", identity.VideoTrackId),
            Text("fingerprint", identity.FingerprintText),
            Text("fingerprint in lower case", identity.FingerprintText.ToLowerInvariant()),
            Text("fingerprint without colons", identity.FingerprintText.Replace(":", string.Empty, StringComparison.Ordinal)),
            new("fingerprint, binary", FingerprintBytes(identity)),
        };
        AddMid(traces, "audio mid", identity.AudioMid);
        AddMid(traces, "video mid", identity.VideoMid);
        AddSsrc(traces, "audio ssrc", identity.AudioSsrc);
        AddSsrc(traces, "video ssrc", identity.VideoSsrc);
        AddSsrc(traces, "rtx ssrc", identity.RtxSsrc);
        AddEndpoint(traces, endpoint);
        return traces;
    }

    /// <summary>Names each trace that is in one of the captures, with the capture.</summary>
    public static IReadOnlyList<string> FindIn(IEnumerable<PrivateTrace> traces, IEnumerable<Captured> captures)
    {
        PrivateTrace[] all = [.. traces];
        return
        [
            .. from capture in captures
               from trace in all
               where capture.Bytes.AsSpan().IndexOf(trace.Bytes) >= 0
               select $"{trace.Name} in {capture.Kind}",
        ];
    }

    /// <summary>Any text that would give somebody away.</summary>
    public static PrivateTrace Text(string name, string text) => new(name, Encoding.ASCII.GetBytes(text));

    private static byte[] FingerprintBytes(PeerIdentity identity)
    {
        DtlsFingerprint fingerprint = identity.Certificate.Fingerprint;
        return fingerprint.Value.ToArray();
    }

    private static void AddMid(List<PrivateTrace> traces, string name, string mid)
    {
        // The usual 0 and 1 are everybody's.
        if (mid.Length > 1)
        {
            traces.Add(Text(name, mid));
        }
    }

    private static void AddSsrc(List<PrivateTrace> traces, string name, uint ssrc)
    {
        byte[] binary = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(binary, ssrc);
        traces.Add(new(name + ", binary", binary));

        // A short number may be part of a longer one; the binary form catches what this leaves out.
        string text = ssrc.ToString(CultureInfo.InvariantCulture);
        if (text.Length >= 9)
        {
            traces.Add(Text(name, text));
        }

        traces.Add(Text(name + ", hexadecimal", ssrc.ToString("x8", CultureInfo.InvariantCulture)));
        traces.Add(Text(name + ", upper-case hexadecimal", ssrc.ToString("X8", CultureInfo.InvariantCulture)));
    }

    private static void AddEndpoint(List<PrivateTrace> traces, IPEndPoint endpoint)
    {
        byte[] address = endpoint.Address.GetAddressBytes();
        byte[] port = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)endpoint.Port);
        traces.Add(Text("address and port", endpoint.ToString()));
        traces.Add(Text("address and port, as a candidate", string.Create(CultureInfo.InvariantCulture, $"{endpoint.Address} {endpoint.Port} ")));
        traces.Add(new("address and port, binary", [.. address, .. port]));
        if (!endpoint.Address.Equals(IPAddress.Loopback) && address.Length == sizeof(uint))
        {
            byte[] masked = new byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(masked, BinaryPrimitives.ReadUInt32BigEndian(address) ^ StunCookie);
            traces.Add(Text("address", endpoint.Address.ToString()));
            traces.Add(new("address, binary", address));
            traces.Add(new("address, as in STUN", masked));
        }
    }
}
