namespace Relay.Core.Tests.Sdp;

/// <summary>Seeded damage to descriptions: characters, numbers and lines changed, dropped, doubled, moved and mixed.</summary>
internal sealed class SdpMutator(int seed, string[] seeds)
{
    private static readonly string[] Inserts =
    [
        "a=group:BUNDLE", "a=ice-lite", "a=mid:0", "a=bundle-only", "a=setup:active", "a=inactive",
        "a=rtcp-mux", "a=extmap:1 urn:x",
        "m=audio 0 UDP/TLS/RTP/SAVPF 0", "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=application 9 UDP/DTLS/SCTP x",
        "a=ssrc-group:FID 1 2", "a=",
        "a=rtpmap:96 H264/90000", "a=fmtp:96 apt=96", "a=rtcp-fb:* nack", "a=ice-ufrag:",
        "a=extmap:15/sendonly urn:3gpp:video-orientation",
    ];

    private static readonly string[] Numbers =
        ["0", "-1", "127", "128", "255", "65536", "4294967295", "4294967296", "99999999999999999999", ""];

    private readonly Random _random = new(seed);

    public string Next()
    {
        string text = seeds[_random.Next(seeds.Length)];
        int changes = 1 + _random.Next(3);
        for (int i = 0; i < changes; i++)
        {
            text = _random.Next(4) == 0 ? MutateCharacters(text) : MutateLines(text);
        }

        return text;
    }

    private string MutateCharacters(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        int at = _random.Next(text.Length);
        int count = Math.Min(1 + _random.Next(8), text.Length - at);
        return _random.Next(4) switch
        {
            0 => text.Remove(at, count),
            1 => text.Insert(at, text.Substring(at, count)),
            2 => text.Remove(at, 1).Insert(at, ((char)_random.Next(256)).ToString()),
            _ => _random.Next(20) == 0 ? text[..at] : text.Insert(at, ((char)_random.Next(0x10000)).ToString()),
        };
    }

    private string MutateLines(string text)
    {
        List<string> lines = [.. text.Split('\n')];
        int at = _random.Next(lines.Count);
        switch (_random.Next(7))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(at, lines[_random.Next(lines.Count)]);
                break;
            case 2:
                (lines[at], lines[^1]) = (lines[^1], lines[at]);
                break;
            case 3:
                lines.Insert(at, Inserts[_random.Next(Inserts.Length)]);
                break;
            case 4:
                string[] other = seeds[_random.Next(seeds.Length)].Split('\n');
                lines.Insert(at, other[_random.Next(other.Length)]);
                break;
            case 5:
                lines[at] = ReplaceNumber(lines[at]);
                break;
            default:
                int copies = 1 << _random.Next(8);
                lines.InsertRange(at, Enumerable.Repeat(lines[at], copies));
                break;
        }

        return string.Join('\n', lines);
    }

    private string ReplaceNumber(string line)
    {
        int start = line.AsSpan().IndexOfAnyInRange('0', '9');
        if (start < 0)
        {
            return line;
        }

        int end = start;
        while (end < line.Length && char.IsAsciiDigit(line[end]))
        {
            end++;
        }

        return line[..start] + Numbers[_random.Next(Numbers.Length)] + line[end..];
    }
}
