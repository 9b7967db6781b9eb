using System.Runtime.InteropServices;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public class ExtendedErrorLayoutTests
{
    [Theory]
    [InlineData(111, 2, 3, 3, 0, true)]
    [InlineData(90, 2, 3, 4, 1280, true)]
    [InlineData(111, 3, 1, 4, 0, false)]
    [InlineData(90, 3, 2, 0, 1280, false)]
    public void What_ICMP_said_is_read(int errno, byte origin, byte type, byte code, uint info, bool isIPv4)
    {
        PeerError error = default;
        Assert.True(ExtendedErrorLayout.TryRead(Bytes(errno, origin, type, code, info), isIPv4, ref error));
        Assert.Equal((type, code, info, false), (error.Type, error.Code, error.Data, error.IsLocal));
        Assert.False(ExtendedErrorLayout.TryRead(Bytes(errno, origin, type, code, info), !isIPv4, ref error));
    }

    [Theory]
    [InlineData(true, 3, 4)]
    [InlineData(false, 2, 0)]
    public void Too_big_for_this_hosts_link_is_what_a_router_would_have_said(bool isIPv4, byte type, byte code)
    {
        PeerError error = default;
        Assert.True(ExtendedErrorLayout.TryRead(Bytes(90, 1, 0, 0, 1400), isIPv4, ref error));
        Assert.Equal((type, code, 1400u, true), (error.Type, error.Code, error.Data, error.IsLocal));
        Assert.False(ExtendedErrorLayout.TryRead(Bytes(113, 1, 0, 0, 0), isIPv4, ref error));
    }

    [Fact]
    public void Anything_else_is_nothing()
    {
        PeerError error = default;
        Assert.False(ExtendedErrorLayout.TryRead(Bytes(0, 4, 0, 0, 0), true, ref error));
        Assert.False(ExtendedErrorLayout.TryRead(Bytes(111, 2, 3, 3, 0).AsSpan(0, 15), true, ref error));
    }

    private static byte[] Bytes(int errno, byte origin, byte type, byte code, uint info)
    {
        byte[] bytes = new byte[ExtendedErrorLayout.Bytes + 8];
        MemoryMarshal.Write(bytes, errno);
        bytes[4] = origin;
        bytes[5] = type;
        bytes[6] = code;
        MemoryMarshal.Write(bytes.AsSpan(8), info);
        return bytes;
    }
}
