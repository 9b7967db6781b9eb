using System.Buffers;
using System.Net;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class StreamLinkTests
{
    private readonly StreamTable _table = new(new StreamTableOptions { StreamsMax = 4 }, () => { });

    /// <summary>The beginning of what the worker says, and whether only a client with a right to the stream is told it.</summary>
    [Theory]
    [InlineData(StreamKind.Turn, 0x0103, true)]
    [InlineData(StreamKind.Turn, 0x0104, true)]
    [InlineData(StreamKind.Turn, 0x010B, true)]
    [InlineData(StreamKind.Turn, 0x0101, false)]
    [InlineData(StreamKind.Turn, 0x0113, false)]
    [InlineData(StreamKind.Turn, 0x4001, false)]
    [InlineData(StreamKind.Ice, 0x0101, true)]
    [InlineData(StreamKind.Ice, 0x0111, false)]
    [InlineData(StreamKind.Ice, 0x0103, false)]
    internal void A_stream_is_of_use_once_the_worker_has_said_yes(StreamKind kind, int type, bool isUsed)
    {
        StreamLink link = Open(kind);
        Assert.False(link.IsUsed);
        Assert.True(_table.TrySend(link.Address, [(byte)(type >> 8), (byte)type, 0, 0]));
        Assert.Equal(isUsed, link.IsUsed);
        Assert.True(_table.TrySend(link.Address, [0x40, 0, 0, 0]));
        Assert.Equal(isUsed, link.IsUsed);
    }

    [Fact]
    public void There_is_output_while_something_is_to_be_written()
    {
        StreamLink link = Open(StreamKind.Turn);
        Assert.False(link.HasOutput);
        Assert.True(_table.TrySend(link.Address, [1, 2, 3, 4]));
        Assert.True(link.HasOutput);
        Assert.Equal(4, link.Read(new byte[100]));
        Assert.False(link.HasOutput);
    }

    [Fact]
    public async Task A_message_that_fits_no_buffer_is_our_bug() => await Assert.ThrowsAsync<InvalidOperationException>(
        () => Open(StreamKind.Turn).WriteAsync(new ReadOnlySequence<byte>(new byte[StreamInbox.MessageMaxBytes + 1])).AsTask());

    [Fact]
    public void What_has_stopped_says_so()
    {
        StreamLink link = Open(StreamKind.Turn);
        Assert.False(link.IsStopped);
        link.End();
        Assert.True(link.IsStopped);
    }

    private StreamLink Open(StreamKind kind) => _table.TryOpen(kind, new IPEndPoint(IPAddress.Loopback, 1))!;
}
