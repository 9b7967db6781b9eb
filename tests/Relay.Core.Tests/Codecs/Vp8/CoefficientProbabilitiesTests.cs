using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class CoefficientProbabilitiesTests
{
    private const int Count = 4 * 8 * 3 * 11;

    /// <summary>A code of zeros: every flag that is read from it is 0.</summary>
    private static ReadOnlySpan<byte> NoUpdates => new byte[4096];

    [Fact]
    public void Defaults_are_the_format_s()
    {
        var decoder = new BoolDecoder(NoUpdates);
        var probabilities = new CoefficientProbabilities();
        probabilities.Read(ref decoder);
        Assert.Equal((byte[])[128, 128], probabilities[BlockType.LumaWithoutDc][..2]);
        Assert.Equal((byte[])[253, 136, 254, 255, 228, 219, 128], probabilities[BlockType.LumaWithoutDc].Slice(33, 7));
        Assert.Equal((byte[])[198, 35, 237, 223, 193, 187, 162, 160, 145, 155, 62], probabilities[BlockType.Y2][..11]);
        Assert.Equal((byte[])[253, 9, 248, 251, 207, 208, 255, 192, 128, 128, 128], probabilities[BlockType.Chroma][..11]);
        Assert.Equal((byte[])[202, 24, 213, 235, 186, 191, 220, 160, 240, 175, 255], probabilities[BlockType.LumaWithDc][..11]);
        Assert.Equal((byte[])[238, 1, 255, 128, 128, 128, 128, 128, 128, 128, 128], probabilities[BlockType.LumaWithDc][^11..]);
    }

    [Fact]
    public void A_frame_changes_probabilities_for_itself_only()
    {
        var probabilities = new CoefficientProbabilities();
        byte[] random = new byte[4096];
        new Random(1).NextBytes(random);
        var decoder = new BoolDecoder(random);
        probabilities.Read(ref decoder);
        byte[] changed = Values(probabilities);
        decoder = new BoolDecoder(NoUpdates);
        probabilities.Read(ref decoder);
        byte[] defaults = Values(probabilities);
        Assert.Equal(Count, defaults.Length);
        Assert.InRange(changed.Zip(defaults).Count(pair => pair.First != pair.Second), 1, Count);
        decoder = new BoolDecoder(NoUpdates);
        var fresh = new CoefficientProbabilities();
        fresh.Read(ref decoder);
        Assert.Equal(Values(fresh), defaults);
    }

    /// <summary>The flags of a header that keeps all defaults.</summary>
    internal static void WriteNoUpdates(BoolEncoder encoder)
    {
        foreach (byte probability in CoefficientProbabilities.UpdateProbabilities)
        {
            encoder.Write(false, probability);
        }
    }

    private static byte[] Values(CoefficientProbabilities probabilities) =>
        [.. Enumerable.Range(0, 4).SelectMany(type => probabilities[(BlockType)type].ToArray())];
}
