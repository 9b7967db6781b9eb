using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

// That they are the keys that OpenSSL uses is what DtlsAlertsTests show.
public class DtlsRecordKeysTests
{
    [Theory]
    [InlineData("ECDHE-ECDSA-AES128-GCM-SHA256", 16)]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384", 32)]
    public void Both_sides_derive_the_same_and_each_direction_has_its_own(string cipher, int bytes)
    {
        using DtlsPair pair = new();
        ClientMisuse.OfferCipher(pair.Client, cipher);
        Assert.True(pair.Run().IsConnected);
        byte[][] salts = [new byte[4], new byte[4], new byte[4]];

        byte[]? ofClient = DtlsRecordKeys.TryDerive(pair.Server.Ssl, ofClient: true, salts[0]);
        byte[]? ofServer = DtlsRecordKeys.TryDerive(pair.Server.Ssl, ofClient: false, salts[1]);
        byte[]? seenByClient = DtlsRecordKeys.TryDerive(pair.Client.Ssl, ofClient: true, salts[2]);
        Assert.Equal(bytes, ofClient!.Length);
        Assert.Equal(ofClient, seenByClient);
        Assert.Equal(salts[0], salts[2]);
        Assert.NotEqual(ofClient, ofServer);
        Assert.NotEqual(salts[0], salts[1]);
    }
}
