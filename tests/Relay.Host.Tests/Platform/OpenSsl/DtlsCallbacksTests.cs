using Relay.Core.Dtls;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

public class DtlsCallbacksTests
{
    [Fact]
    public void Borders_between_datagrams_are_kept_and_none_is_larger_than_1200_bytes()
    {
        // Drain asserts the size of each.
        using DtlsPair pair = new(new DtlsPairSetup { ClientCertificate = TestCertificates.LargeRsaClient });
        ClientMisuse.EnlargeClientHello(pair.Client, 5_000);
        pair.Run();

        Assert.True(pair.IsConnected);
        Assert.True(pair.FromClient.Count >= 7);
        foreach (byte[] datagram in pair.FromClient.Concat(pair.FromServer))
        {
            int offset = 0;
            while (offset < datagram.Length)
            {
                Assert.Equal(default, DtlsRecordReader.TryRead(datagram.AsSpan(offset), out DtlsRecordReader record));
                offset += record.Record.Length;
            }
        }
    }
}
