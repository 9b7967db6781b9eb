using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.Host.Turn;

// The PROXY protocol (haproxy.org, "The PROXY protocol", versions 1 and 2, section 2).
//
// Version 1 is a line: PROXY TCP4|TCP6 source destination source-port destination-port CR LF, or PROXY UNKNOWN anything CR LF.
//
//  0                   1                   2                   3     version 2, behind the 12 bytes of its signature
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |Version| Command|Family |Transp.|            Length             |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | source address, destination address (4 or 16 bytes each), source port, destination port, then what else there may be

/// <summary>What a proxy says in front of a connection that it passes on.</summary>
/// <param name="Status">Whether the rest means anything.</param>
/// <param name="Length">Bytes of the header.</param>
/// <param name="Source">The client; null if the proxy speaks for itself or does not know.</param>
internal readonly record struct ProxyHeader(ProxyHeaderStatus Status, int Length, IPEndPoint? Source)
{
    /// <summary>The longest header that is read: version 2 may carry more than anybody needs.</summary>
    public const int MaxBytes = 2048;

    private const int LineMaxBytes = 107;
    private const int FixedBytes = 16;
    private const int VersionOffset = 12;
    private const int FamilyOffset = 13;
    private const int LengthOffset = 14;
    private const byte Version2Local = 0x20;
    private const byte Version2Proxy = 0x21;
    private const byte TcpOverIPv4 = 0x11;
    private const byte TcpOverIPv6 = 0x21;

    private static ReadOnlySpan<byte> LineStart => "PROXY "u8;

    private static ReadOnlySpan<byte> Signature => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>Reads the header at the beginning of a stream of which at least one byte is there.</summary>
    public static ProxyHeader Read(ReadOnlySpan<byte> stream) =>
        StartsLike(stream, LineStart) ? ReadLine(stream)
        : StartsLike(stream, Signature) ? ReadBinary(stream)
        : new ProxyHeader(ProxyHeaderStatus.None, 0, null);

    /// <summary>True if what is there of both is equal.</summary>
    private static bool StartsLike(ReadOnlySpan<byte> stream, ReadOnlySpan<byte> start)
    {
        int common = Math.Min(stream.Length, start.Length);
        return stream[..common].SequenceEqual(start[..common]);
    }

    private static ProxyHeader ReadLine(ReadOnlySpan<byte> stream)
    {
        int end = stream[..Math.Min(stream.Length, LineMaxBytes)].IndexOf("\r\n"u8);
        if (end < 0)
        {
            return stream.Length < LineMaxBytes ? Incomplete : Broken;
        }

        int length = end + 2;
        ReadOnlySpan<byte> line = stream[LineStart.Length..end];
        if (StartsLike(line, "UNKNOWN"u8) && line.Length >= 7)
        {
            return new ProxyHeader(ProxyHeaderStatus.Complete, length, null);
        }

        bool isIPv4 = line.StartsWith("TCP4 "u8);
        if (!isIPv4 && !line.StartsWith("TCP6 "u8))
        {
            return Broken;
        }

        // Source, destination, source port, destination port; nothing else.
        string[] parts = Encoding.ASCII.GetString(line[5..]).Split(' ');
        return parts.Length == 4
            && TryReadAddress(parts[0], isIPv4, out IPAddress? source)
            && TryReadAddress(parts[1], isIPv4, out _)
            && TryReadPort(parts[2], out ushort port)
            && TryReadPort(parts[3], out _)
                ? new ProxyHeader(ProxyHeaderStatus.Complete, length, new IPEndPoint(source, port))
                : Broken;
    }

    private static ProxyHeader ReadBinary(ReadOnlySpan<byte> stream)
    {
        if (stream.Length < FixedBytes)
        {
            return Incomplete;
        }

        byte version = stream[VersionOffset];
        int rest = BinaryPrimitives.ReadUInt16BigEndian(stream[LengthOffset..]);
        int length = FixedBytes + rest;
        if (version is not Version2Local and not Version2Proxy || length > MaxBytes)
        {
            return Broken;
        }

        if (stream.Length < length)
        {
            return Incomplete;
        }

        if (version == Version2Local)
        {
            return new ProxyHeader(ProxyHeaderStatus.Complete, length, null);
        }

        int addressBytes = stream[FamilyOffset] switch { TcpOverIPv4 => 4, TcpOverIPv6 => 16, _ => 0 };
        if (addressBytes == 0)
        {
            // A transport that is none of ours: the proxy's own address counts (section 2.2).
            return new ProxyHeader(ProxyHeaderStatus.Complete, length, null);
        }

        if (rest < (2 * addressBytes) + 4)
        {
            return Broken;
        }

        ReadOnlySpan<byte> addresses = stream[FixedBytes..length];
        int port = BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * addressBytes)..]);
        var source = new IPEndPoint(new IPAddress(addresses[..addressBytes]), port);
        return new ProxyHeader(ProxyHeaderStatus.Complete, length, source);
    }

    private static ProxyHeader Incomplete => new(ProxyHeaderStatus.Incomplete, 0, null);

    private static ProxyHeader Broken => new(ProxyHeaderStatus.Broken, 0, null);

    // No zone ids and no short or octal forms of IPv4: an address is told in full.
    private static bool TryReadAddress(string text, bool isIPv4, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return !text.Contains('%', StringComparison.Ordinal)
            && IPAddress.TryParse(text, out address)
            && (isIPv4
                ? address.AddressFamily == AddressFamily.InterNetwork && address.ToString().Equals(text, StringComparison.Ordinal)
                : address.AddressFamily == AddressFamily.InterNetworkV6);
    }

    private static bool TryReadPort(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
}
