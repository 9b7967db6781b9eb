using System.Globalization;
using System.Net;
using Relay.Core.Dtls;

namespace Relay.Testing.Sdp;

/// <summary>One m-line of an answer.</summary>
public sealed class PeerAnswerMedia
{
    internal PeerAnswerMedia(string line)
    {
        string[] words = line.Split(' ');
        Kind = words[0];
        Port = int.Parse(words[1], CultureInfo.InvariantCulture);
        PayloadTypes = [.. words.Skip(3).Select(w => int.TryParse(w, CultureInfo.InvariantCulture, out int type) ? type : -1)];
    }

    /// <summary>"audio" or "video".</summary>
    public string Kind { get; }

    /// <summary>0 if the relay rejected it.</summary>
    public int Port { get; }

    /// <summary>Formats in the order of the line; -1 for one that is no number.</summary>
    public IReadOnlyList<int> PayloadTypes { get; }

    public string Mid { get; internal set; } = string.Empty;

    /// <summary>Codec name in lower case by payload type.</summary>
    public Dictionary<int, string> Codecs { get; } = [];

    /// <summary>RTX payload type by that of the codec it repairs.</summary>
    public Dictionary<int, int> RtxByCodec { get; } = [];

    /// <summary>Header extension id by URI.</summary>
    public Dictionary<string, byte> Extensions { get; } = new(StringComparer.Ordinal);

    /// <summary>What the relay sends with, in the order of the lines.</summary>
    public List<uint> Ssrcs { get; } = [];

    /// <summary>RTX SSRC by the SSRC it repairs (a=ssrc-group:FID).</summary>
    public Dictionary<uint, uint> RtxBySsrc { get; } = [];

    public string Direction { get; internal set; } = "sendrecv";
}

/// <summary>The parts of an SDP answer, or of an ICE restart's fragment, that a client needs.</summary>
public sealed class PeerAnswer
{
    private PeerAnswer(string text) => Text = text;

    public string Text { get; }

    public string Ufrag { get; private set; } = string.Empty;

    public string Password { get; private set; } = string.Empty;

    /// <summary>Such as "passive".</summary>
    public string Setup { get; private set; } = string.Empty;

    public DtlsFingerprint Fingerprint { get; private set; }

    public List<IPEndPoint> Candidates { get; } = [];

    public List<PeerAnswerMedia> Media { get; } = [];

    public PeerAnswerMedia? Audio => Media.Find(m => m.Kind.Equals("audio", StringComparison.Ordinal) && m.Port != 0);

    public PeerAnswerMedia? Video => Media.Find(m => m.Kind.Equals("video", StringComparison.Ordinal) && m.Port != 0);

    /// <exception cref="FormatException">A line that is needed has not the expected shape.</exception>
    public static PeerAnswer Parse(string text)
    {
        var answer = new PeerAnswer(text);
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("m=", StringComparison.Ordinal))
            {
                answer.Media.Add(new PeerAnswerMedia(line[2..]));
            }
            else if (line.StartsWith("a=", StringComparison.Ordinal))
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                answer.TakeAttribute(colon < 0 ? line[2..] : line[2..colon], colon < 0 ? string.Empty : line[(colon + 1)..]);
            }
        }

        return answer;
    }

    private void TakeAttribute(string name, string value)
    {
        switch (name)
        {
            case "ice-ufrag":
                Ufrag = value;
                break;
            case "ice-pwd":
                Password = value;
                break;
            case "setup":
                Setup = value;
                break;
            case "fingerprint":
                Fingerprint = ParseFingerprint(value);
                break;
            case "candidate":
                TakeCandidate(value.Split(' '));
                break;
            default:
                if (Media.Count > 0)
                {
                    TakeMediaAttribute(Media[^1], name, value);
                }

                break;
        }
    }

    private static void TakeMediaAttribute(PeerAnswerMedia media, string name, string value)
    {
        string[] words = value.Split(' ');
        switch (name)
        {
            case "mid":
                media.Mid = value;
                break;
            case "sendrecv" or "sendonly" or "recvonly" or "inactive":
                media.Direction = name;
                break;
            case "rtpmap":
                media.Codecs[Int(words[0])] = words[1].Split('/')[0].ToLowerInvariant();
                break;
            case "fmtp" when words[1].StartsWith("apt=", StringComparison.Ordinal):
                media.RtxByCodec[Int(words[1].Split('=', ';')[1])] = Int(words[0]);
                break;
            case "extmap":
                media.Extensions[words[1]] = (byte)Int(words[0].Split('/')[0]);
                break;
            case "ssrc" when !media.Ssrcs.Contains(uint.Parse(words[0], CultureInfo.InvariantCulture)):
                media.Ssrcs.Add(uint.Parse(words[0], CultureInfo.InvariantCulture));
                break;
            case "ssrc-group" when words[0].Equals("FID", StringComparison.Ordinal):
                media.RtxBySsrc[uint.Parse(words[1], CultureInfo.InvariantCulture)] = uint.Parse(words[2], CultureInfo.InvariantCulture);
                break;
            default:
                break;
        }
    }

    private void TakeCandidate(string[] words)
    {
        // foundation component transport priority address port typ type
        if (words[2].Equals("udp", StringComparison.OrdinalIgnoreCase))
        {
            var endpoint = new IPEndPoint(IPAddress.Parse(words[4]), Int(words[5]));
            if (!Candidates.Contains(endpoint))
            {
                Candidates.Add(endpoint);
            }
        }
    }

    private static DtlsFingerprint ParseFingerprint(string value)
    {
        string[] words = value.Split(' ');
        DtlsFingerprintAlgorithm algorithm = words[0].ToLowerInvariant() switch
        {
            "sha-256" => DtlsFingerprintAlgorithm.Sha256,
            "sha-384" => DtlsFingerprintAlgorithm.Sha384,
            "sha-512" => DtlsFingerprintAlgorithm.Sha512,
            _ => throw new FormatException("An unknown fingerprint: " + value),
        };
        return new DtlsFingerprint(algorithm, Convert.FromHexString(words[1].Replace(":", string.Empty, StringComparison.Ordinal)));
    }

    private static int Int(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
