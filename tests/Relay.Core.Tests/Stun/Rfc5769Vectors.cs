using System.Net;
using Relay.Core.Primitives;

namespace Relay.Core.Tests.Stun;

/// <summary>RFC 5769. The vectors pad with spaces, which RFC 8489 no longer allows to write.</summary>
internal static class Rfc5769Vectors
{
    public const byte PaddingByte = 0x20;
    public const uint Priority = 0x6E0001FF;
    public const ulong TieBreaker = 0x932FF9B151263B36;

    public static readonly byte[] TransactionId = Convert.FromHexString("B7E7A701BC34D686FA87DFAE");

    public static readonly byte[] Request = Convert.FromHexString(
        "000100582112A442B7E7A701BC34D686FA87DFAE"
        + "802200105354554E207465737420636C69656E74"
        + "002400046E0001FF"
        + "80290008932FF9B151263B36"
        + "000600096576746A3A68367659202020"
        + "000800149AEAA70CBFD8CB56781EF2B5B2D3F249C1B571A2"
        + "80280004E57A3BCF");

    public static readonly byte[] IPv4Response = Convert.FromHexString(
        "0101003C2112A442B7E7A701BC34D686FA87DFAE"
        + "8022000B7465737420766563746F7220"
        + "002000080001A147E112A643"
        + "000800142B91F599FD9E90C38C7489F92AF9BA53F06BE7D7"
        + "80280004C07D4C96");

    public static readonly byte[] IPv6Response = Convert.FromHexString(
        "010100482112A442B7E7A701BC34D686FA87DFAE"
        + "8022000B7465737420766563746F7220"
        + "002000140002A1470113A9FAA5D3F179BC25F4B5BED2B9D9"
        + "00080014A382954E4BE67BF11784C97C8292C275BFE3ED41"
        + "80280004C8FB0B4C");

    /// <summary>Section 2.4, under the long-term credentials of <see cref="Rfc8489Vectors"/>.</summary>
    public static readonly byte[] LongTermRequest = Convert.FromHexString(
        "000100602112A44278AD3433C6AD72C029DA412E"
        + "00060012E3839EE38388E383AAE38383E382AFE382B90000"
        + "0015001C662F2F3439396B39353464364F4C33346F4C39465354767936347341"
        + "0014000B6578616D706C652E6F726700"
        + "00080014F67024656DD64A3E02B8E0712E85C9A28CA89666");

    public static readonly TransportAddress IPv4Mapped = TransportAddress.FromEndPoint(IPEndPoint.Parse("192.0.2.1:32853"));

    public static readonly TransportAddress IPv6Mapped =
        TransportAddress.FromEndPoint(IPEndPoint.Parse("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));

    public static ReadOnlySpan<byte> Password => "VOkJxbRl1RmTxUk/WvJxBt"u8;

    public static ReadOnlySpan<byte> Username => "evtj:h6vY"u8;
}
