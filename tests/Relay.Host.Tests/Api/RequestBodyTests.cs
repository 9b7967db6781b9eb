using Xunit;

namespace Relay.Host.Tests.Api;

public class RequestBodyTests
{
    [Theory]
    [InlineData(65536, 201)]
    [InlineData(65537, 413)]
    public async Task An_offer_has_at_most_64_KiB(int size, int status)
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.OpenSessionAsync();
        foreach (bool chunked in (bool[])[false, true])
        {
            using HttpResponseMessage response = await relay.SendAsync(
                HttpMethod.Post,
                client.MediaPath,
                client.Token,
                new string('x', size),
                "application/sdp",
                request => request.Headers.TransferEncodingChunked = chunked);
            Assert.Equal(status, (int)response.StatusCode);
        }
    }
}
