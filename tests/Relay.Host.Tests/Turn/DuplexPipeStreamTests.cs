using System.IO.Pipelines;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class DuplexPipeStreamTests : IDisposable
{
    private readonly Pipe _input = new();
    private readonly Pipe _output = new();
    private readonly DuplexPipeStream _stream;

    public DuplexPipeStreamTests() => _stream = new DuplexPipeStream(new Ends(_input.Reader, _output.Writer));

    public void Dispose() => _stream.Dispose();

    [Fact]
    public async Task Bytes_go_through_both_ways()
    {
        await _input.Writer.WriteAsync(new byte[] { 1, 2, 3 });
        byte[] read = new byte[2];
        Assert.Equal(2, await _stream.ReadAsync(read));
        Assert.Equal([1, 2], read);
        Assert.Equal(1, await _stream.ReadAsync(read));
        await _stream.WriteAsync(new byte[] { 7, 8 });
        Assert.Equal(2, (await _output.Reader.ReadAsync()).Buffer.Length);
        await _input.Writer.CompleteAsync();
        Assert.Equal(0, await _stream.ReadAsync(read));
    }

    [Fact]
    public async Task A_read_without_room_waits_for_something_to_read()
    {
        ValueTask<int> waiting = _stream.ReadAsync(Memory<byte>.Empty);
        Task<int> read = waiting.AsTask();
        Assert.False(read.IsCompleted);
        await _input.Writer.WriteAsync(new byte[] { 5 });
        Assert.Equal(0, await read);
        Assert.Equal(1, await _stream.ReadAsync(new byte[4]));
    }

    [Fact]
    public async Task A_cancelled_read_throws_and_a_write_to_nobody_does_not()
    {
        Task<int> read = _stream.ReadAsync(new byte[1]).AsTask();
        _input.Reader.CancelPendingRead();
        await Assert.ThrowsAsync<OperationCanceledException>(() => read);
        await _output.Reader.CompleteAsync();
        await _stream.WriteAsync(new byte[1]);
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
