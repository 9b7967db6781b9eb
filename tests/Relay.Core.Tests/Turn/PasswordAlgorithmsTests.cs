using Relay.Core.Diagnostics;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class PasswordAlgorithmsTests
{
    private static readonly byte[] Ours = [0, 2, 0, 0, 0, 1, 0, 0];

    [Fact]
    public void The_stronger_algorithm_is_offered_first() => Assert.Equal(Ours, PasswordAlgorithms.Offered.ToArray());

    // The table of RFC 8489 section 9.2.4. "-" is an attribute that is not there.
    [Theory]
    [InlineData(true, "-", "-", PasswordAlgorithm.Md5)]
    [InlineData(true, "00020000", "0002000000010000", PasswordAlgorithm.Sha256)]
    [InlineData(true, "00010000", "0002000000010000", PasswordAlgorithm.Md5)]
    [InlineData(true, "00020000", "-", PasswordAlgorithm.None)]
    [InlineData(true, "-", "0002000000010000", PasswordAlgorithm.None)]
    [InlineData(true, "00010000", "00010000", PasswordAlgorithm.None)]
    [InlineData(true, "00010000", "0001000000020000", PasswordAlgorithm.None)]
    [InlineData(true, "00010000", "", PasswordAlgorithm.None)]
    [InlineData(true, "00030000", "0002000000010000", PasswordAlgorithm.None)]
    [InlineData(true, "00000000", "0002000000010000", PasswordAlgorithm.None)]
    [InlineData(true, "0002000100000000", "0002000000010000", PasswordAlgorithm.None)]
    [InlineData(true, "00020004", "0002000000010000", PasswordAlgorithm.None)]
    [InlineData(true, "0002", "0002000000010000", PasswordAlgorithm.None)]
    [InlineData(true, "", "0002000000010000", PasswordAlgorithm.None)]
    [InlineData(false, "-", "-", PasswordAlgorithm.Md5)]
    [InlineData(false, "00020000", "-", PasswordAlgorithm.Sha256)]
    [InlineData(false, "00010000", "-", PasswordAlgorithm.Md5)]
    [InlineData(false, "00020000", "0002000000010000", PasswordAlgorithm.Sha256)]
    [InlineData(false, "00010000", "00010000", PasswordAlgorithm.None)]
    [InlineData(false, "-", "0002000000010000", PasswordAlgorithm.None)]
    [InlineData(false, "00030000", "-", PasswordAlgorithm.None)]
    public void A_request_chooses_by_the_rules(bool isInNonce, string chosen, string repeated, PasswordAlgorithm expected)
    {
        byte[] datagram = new SignedRequest { Username = "user", Chosen = Value(chosen), Repeated = Value(repeated) }.Build();
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(datagram, out StunMessageReader message));
        SecurityFeatures features = isInNonce
            ? SecurityFeatures.PasswordAlgorithms | SecurityFeatures.UsernameAnonymity
            : SecurityFeatures.UsernameAnonymity;

        bool isRight = PasswordAlgorithms.TryChoose(message, features, out PasswordAlgorithm algorithm, out bool isChosen);

        Assert.Equal(expected != PasswordAlgorithm.None, isRight);
        if (isRight)
        {
            Assert.Equal(expected, algorithm);
            Assert.Equal(!chosen.Equals("-", StringComparison.Ordinal), isChosen);
        }
    }

    [Fact]
    public void Random_values_never_throw()
    {
        var random = new Random(18);
        int read = 0;
        for (int round = 0; round < 100_000; round++)
        {
            byte[] value = new byte[random.Next(0, 7)];
            for (int i = 0; i < value.Length; i++)
            {
                value[i] = (byte)random.Next(3);
            }

            if (PasswordAlgorithms.TryRead(value, out PasswordAlgorithm algorithm))
            {
                read++;
                Assert.Equal([0, (byte)algorithm, 0, 0], value);
            }
        }

        Assert.InRange(read, 1, 10_000);
    }

    private static byte[]? Value(string hex) => hex.Equals("-", StringComparison.Ordinal) ? null : Convert.FromHexString(hex);
}
