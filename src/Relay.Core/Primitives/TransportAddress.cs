using System.Net;
using System.Net.Sockets;

namespace Relay.Core.Primitives;

/// <summary>
/// An IP address and a UDP or TCP port (RFC 8445 section 4), as a plain 24-byte value. IPv4 is kept IPv4-mapped
/// (::ffff:a.b.c.d), so that two spellings of one address are equal. Never print one: addresses of peers do not belong
/// in logs, so <see cref="ToString"/> does not show it.
/// </summary>
public readonly record struct TransportAddress(UInt128 Address, ushort Port)
{
    private static readonly UInt128 MappedPrefix = new(0, 0x0000_FFFF_0000_0000UL);

    /// <summary>True for an IPv4 address (kept as ::ffff:a.b.c.d).</summary>
    public bool IsIPv4 => (Address >> 32) == (MappedPrefix >> 32);

    /// <summary>The IPv4 address in host byte order; only meaningful if <see cref="IsIPv4"/>.</summary>
    public uint IPv4 => (uint)Address;

    public static TransportAddress FromIPv4(uint address, ushort port) => new(MappedPrefix | address, port);

    /// <summary>Converts a framework endpoint; control plane only.</summary>
    /// <exception cref="ArgumentException">The endpoint is neither IPv4 nor IPv6.</exception>
    public static TransportAddress FromEndPoint(IPEndPoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        Span<byte> bytes = stackalloc byte[16];
        if (!endpoint.Address.MapToIPv6().TryWriteBytes(bytes, out int written) || written != 16)
        {
            throw new ArgumentException("The endpoint must be IPv4 or IPv6.", nameof(endpoint));
        }

        return new TransportAddress(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes), (ushort)endpoint.Port);
    }

    /// <summary>Converts to a framework endpoint (IPv4 for a mapped address); control plane only.</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
        var address = new IPAddress(bytes);
        return new IPEndPoint(IsIPv4 ? address.MapToIPv4() : address, Port);
    }

    public override string ToString() => IsIPv4 ? nameof(AddressFamily.InterNetwork) : nameof(AddressFamily.InterNetworkV6);
}
