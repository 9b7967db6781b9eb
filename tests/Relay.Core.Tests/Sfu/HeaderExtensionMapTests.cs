using Relay.Core.Rtp;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public class HeaderExtensionMapTests
{
    private static readonly MediaParameters Source = new()
    {
        MidExtensionId = 1,
        AbsSendTimeExtensionId = 2,
        TransportCcExtensionId = 3,
        VideoOrientationExtensionId = 4,
        AudioLevelExtensionId = 5,
        VideoContentTypeExtensionId = 6,
    };

    private static readonly MediaParameters Sink = new()
    {
        MidExtensionId = 4,
        AbsSendTimeExtensionId = 5,
        TransportCcExtensionId = 6,
        VideoOrientationExtensionId = 3,
        AudioLevelExtensionId = 2,
        VideoContentTypeExtensionId = 1,
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_both_legs_know_passes_under_the_receivers_id(bool twoByte)
    {
        HeaderExtensionMap map = HeaderExtensionMap.Create(Source, Sink);
        // MID, abs-send-time and the transport-wide number are the source's own.
        byte[] read = Copy(map, twoByte, (1, [9]), (2, [8]), (3, [7]), (4, [40]), (5, [50]), (6, [60]), (7, [1]));
        Assert.Equal([3, 40, 2, 50, 1, 60], read);
    }

    [Fact]
    public void What_one_leg_does_not_know_stays()
    {
        MediaParameters sink = Sink;
        sink.VideoOrientationExtensionId = 0;
        MediaParameters source = Source;
        source.AudioLevelExtensionId = 0;
        Assert.Equal([1, 60], Copy(HeaderExtensionMap.Create(source, sink), false, (4, [40]), (5, [50]), (6, [60])));
        Assert.Empty(Copy(default, false, (4, [40])));
    }

    [Fact]
    public void Each_passes_once_and_one_byte_long()
    {
        HeaderExtensionMap map = HeaderExtensionMap.Create(Source, Sink);
        Assert.Equal([3, 41], Copy(map, false, (4, [1, 2]), (4, [41]), (4, [42]), (4, [43])));
    }

    private static byte[] Copy(HeaderExtensionMap map, bool twoByte, params (byte Id, byte[] Value)[] elements)
    {
        byte[] source = new byte[64];
        HeaderExtensionWriter from = HeaderExtensionWriter.Begin(source, twoByte);
        foreach ((byte id, byte[] value) in elements)
        {
            Assert.True(from.TryAdd(id, value));
        }

        int length = from.Finish();
        byte[] target = new byte[64];
        HeaderExtensionWriter to = HeaderExtensionWriter.Begin(target, twoByte: false);
        ushort profile = twoByte ? HeaderExtensionReader.TwoByteProfile : HeaderExtensionReader.OneByteProfile;
        map.Copy(profile, source.AsSpan(4..length), ref to);
        int written = to.Finish();
        List<byte> read = [];
        var reader = new HeaderExtensionReader(HeaderExtensionReader.OneByteProfile, target.AsSpan(Math.Min(4, written)..written));
        while (reader.TryReadNext(out byte id, out ReadOnlySpan<byte> value))
        {
            read.Add(id);
            read.AddRange(value);
        }

        return [.. read];
    }
}
