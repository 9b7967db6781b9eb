using System.Buffers;
using System.IO.Pipelines;

namespace Relay.Host.Turn;

/// <summary>
/// A client's data connection and a peer's, as one (RFC 6062 section 5.5): bytes both ways, no faster than the slower side and
/// the allocation's rate, with no more in hand than one read and what the pipe holds.
/// </summary>
internal sealed class PeerSplice(IDuplexPipe client, PeerLink link, StreamWatch watch, StreamGateOptions options)
{
    private const int ChunkBytes = 16_384;

    private long _received;

    /// <summary>Until one side has ended; what was under way to the other has been sent then. Closes the peer's connection.</summary>
    public async Task<StreamOutcome> RunAsync()
    {
        try
        {
            Stream peer = link.OpenStream();
            Task<bool> up = SendAsync(peer);
            Task<bool> down = ReceiveAsync(peer);
            if (await Task.WhenAny(up, down) == up && await up)
            {
                // The client has said all; the peer may still answer, however long that is.
                link.EndSending();
                long before;
                do
                {
                    before = Volatile.Read(ref _received);
                }
                while (await Task.WhenAny(down, Task.Delay(options.StallTimeout)) != down && Volatile.Read(ref _received) > before);
            }

            link.Dispose();
            client.Input.CancelPendingRead();
            client.Output.CancelPendingFlush();
            return await up | await down ? StreamOutcome.Done : StreamOutcome.Lost;
        }
        catch (Exception e) when (StreamErrors.IsNetwork(e))
        {
            return StreamOutcome.Lost;
        }
        finally
        {
            await link.EndAsync();
        }
    }

    // True if the client has ended its side.
    private async Task<bool> SendAsync(Stream peer)
    {
        try
        {
            while (true)
            {
                ReadResult result = await client.Input.ReadAsync();
                if (result.IsCanceled)
                {
                    return false;
                }

                ReadOnlySequence<byte> chunk = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, ChunkBytes));
                foreach (ReadOnlyMemory<byte> part in chunk)
                {
                    await peer.WriteAsync(part);
                }

                bool isLast = result.IsCompleted && chunk.Length == result.Buffer.Length;
                client.Input.AdvanceTo(chunk.End);
                if (isLast)
                {
                    return true;
                }

                await PaceAsync((int)chunk.Length, isFromClient: true);
            }
        }
        catch (Exception e) when (StreamErrors.IsNetwork(e))
        {
            return false;
        }
    }

    // True if the peer has ended its side.
    private async Task<bool> ReceiveAsync(Stream peer)
    {
        try
        {
            while (true)
            {
                Memory<byte> memory = client.Output.GetMemory();
                int read = await peer.ReadAsync(memory[..Math.Min(memory.Length, ChunkBytes)]);
                if (read == 0)
                {
                    return true;
                }

                Volatile.Write(ref _received, _received + read);
                client.Output.Advance(read);
                FlushResult result = await client.Output.FlushAsync();
                if (result.IsCanceled || result.IsCompleted)
                {
                    return false;
                }

                await PaceAsync(read, isFromClient: false);
            }
        }
        catch (Exception e) when (StreamErrors.IsNetwork(e))
        {
            return false;
        }
    }

    private Task PaceAsync(int bytes, bool isFromClient)
    {
        watch.Expect(StreamOutcome.Idle, options.TurnIdleTimeout);
        TimeSpan wait = link.Owner.HandleMoved(link, bytes, isFromClient);
        return wait > TimeSpan.Zero ? Task.Delay(wait) : Task.CompletedTask;
    }
}
