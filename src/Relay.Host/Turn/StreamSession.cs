using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using Relay.Core.Buffers;
using Relay.Core.Stun;
using Relay.Core.Turn;

namespace Relay.Host.Turn;

/// <summary>
/// One stream's life between its pipe and a worker: messages in, one task; bytes out, another. The first message with a
/// user name decides which worker it belongs to.
/// </summary>
internal sealed class StreamSession(
    StreamKind kind,
    IDuplexPipe pipe,
    IPEndPoint remote,
    StreamDestinations destinations,
    StreamWatch watch,
    StreamGateOptions options)
{
    // So much is written at once: a TLS record, and little enough to lie in the pipe of a client that reads slowly.
    private const int ChunkBytes = 16_384;
    private const int SpanBytes = 4096;

    private StreamLink? _link;
    private StreamTable? _table;
    private Task _writing = Task.CompletedTask;
    private bool _isDecided;
    private PeerLink? _peer;
    private int _isStopped;

    private TimeSpan IdleTimeout => kind == StreamKind.Turn ? options.TurnIdleTimeout : options.IceIdleTimeout;

    /// <summary>Until the client or the worker ends it, or <paramref name="stopping"/>.</summary>
    public async Task<StreamOutcome> RunAsync(CancellationToken stopping)
    {
        watch.Expect(StreamOutcome.Unused, options.UseTimeout);
        watch.Expect(StreamOutcome.Idle, IdleTimeout);
        watch.Stops(Stop);
        using CancellationTokenRegistration registration = stopping.UnsafeRegister(
            static session => ((StreamSession)session!).Stop(), this);
        try
        {
            return await ReadAsync();
        }
        finally
        {
            await LeaveAsync();
            watch.Met(StreamOutcome.Unused);
            watch.Met(StreamOutcome.Idle);
        }
    }

    // What comes to be meanwhile is stopped where it does: each side writes before it looks.
    private void Stop()
    {
        Interlocked.Exchange(ref _isStopped, 1);
        pipe.Input.CancelPendingRead();
        Volatile.Read(ref _link)?.Stop();
        Volatile.Read(ref _peer)?.Dispose();
    }

    private async Task<StreamOutcome> ReadAsync()
    {
        while (true)
        {
            ReadResult result = await pipe.Input.ReadAsync();
            if (result.IsCanceled)
            {
                return _link?.IsCloseAsked == true ? StreamOutcome.Done : StreamOutcome.Lost;
            }

            ReadOnlySequence<byte> buffer = result.Buffer;
            StreamFrameStatus status = StreamFrameStatus.Incomplete;
            bool isBind = false;
            while (!isBind && (status = StreamFramer.Next(kind, ref buffer, out ReadOnlySequence<byte> message)) == StreamFrameStatus.Complete)
            {
                watch.Expect(StreamOutcome.Idle, IdleTimeout);
                StreamOutcome outcome = message.IsEmpty ? StreamOutcome.Done : await DeliverAsync(message);
                if (outcome != StreamOutcome.Done)
                {
                    return outcome;
                }

                // What follows a ConnectionBind may be messages no more, which its answer says.
                isBind = kind == StreamKind.Turn && StreamRoute.IsConnectionBind(message);
            }

            if (status == StreamFrameStatus.Broken)
            {
                return StreamOutcome.Malformed;
            }

            pipe.Input.AdvanceTo(buffer.Start, isBind ? buffer.Start : buffer.End);
            if (isBind && await WaitForBindAsync() is { } peer)
            {
                return await JoinAsync(peer);
            }

            if ((result.IsCompleted && !isBind) || _link?.IsCloseAsked == true)
            {
                return StreamOutcome.Done;
            }
        }
    }

    // What is bound to, if anything. Not every request is answered, and while this waits nobody sees the client go.
    private async Task<PeerLink?> WaitForBindAsync()
    {
        watch.Expect(StreamOutcome.Lost, options.StallTimeout);
        PeerLink? peer = await _link!.WaitForBindAsync();
        watch.Met(StreamOutcome.Lost);
        return peer;
    }

    /// <summary>The stream is a data connection now: once the client has its answer, bytes are passed as they are.</summary>
    private async Task<StreamOutcome> JoinAsync(PeerLink peer)
    {
        watch.Met(StreamOutcome.Unused);
        peer.Claim();
        Interlocked.Exchange(ref _peer, peer);
        if (Volatile.Read(ref _isStopped) != 0)
        {
            peer.Dispose();
        }

        // The worker's part ends here; the writer still writes what there is.
        await LeaveAsync();
        return await new PeerSplice(pipe, peer, watch, options).RunAsync();
    }

    /// <summary>Hands a message to the worker that it is for; anything but Done ends the stream.</summary>
    private async ValueTask<StreamOutcome> DeliverAsync(ReadOnlySequence<byte> message)
    {
        if (!_isDecided)
        {
            int worker = StreamRoute.Read(kind, message, out _isDecided);
            StreamTable? named = destinations.TryGet(worker);
            if (named is null && kind == StreamKind.Ice)
            {
                return StreamOutcome.Malformed;
            }

            // Without a name anybody answers; with one that names no worker it stays where it is.
            StreamTable table = named ?? _table ?? destinations.Next();
            if (table != _table && !await TryMoveAsync(table))
            {
                return StreamOutcome.TooMany;
            }
        }

        return await _link!.WriteAsync(message) ? StreamOutcome.Done
            : _link.IsCloseAsked ? StreamOutcome.Done
            : StreamOutcome.Lost;
    }

    private async ValueTask<bool> TryMoveAsync(StreamTable table)
    {
        await LeaveAsync();
        _table = table;
        if (table.TryOpen(kind, remote) is not { } link)
        {
            return false;
        }

        Interlocked.Exchange(ref _link, link);
        if (Volatile.Read(ref _isStopped) != 0)
        {
            link.Stop();
        }

        _writing = WriteAsync(link);
        return true;
    }

    private async Task LeaveAsync()
    {
        if (_link is { } link)
        {
            link.Stop();
            await _writing;
            link.End();
            _link = null;
        }
    }

    private async Task WriteAsync(StreamLink link)
    {
        try
        {
            while (true)
            {
                // Looked at first: what was sent before is in the outbox then.
                bool isLast = link.IsCloseAsked || link.IsStopped;
                if (Fill(link))
                {
                    watch.Expect(StreamOutcome.Stalled, options.StallTimeout);
                    FlushResult result = await pipe.Output.FlushAsync();
                    watch.Met(StreamOutcome.Stalled);
                    if (link.IsUsed)
                    {
                        watch.Met(StreamOutcome.Unused);
                    }

                    if (result.IsCompleted)
                    {
                        break;
                    }
                }
                else if (isLast)
                {
                    break;
                }
                else
                {
                    await link.WaitForOutputAsync();
                }
            }
        }
        catch (Exception e) when (StreamErrors.IsNetwork(e))
        {
            // The reader finds out by itself, or is told below.
        }

        if (!link.IsStopped)
        {
            // The client or the worker has ended it: the reader has nothing to wait for.
            pipe.Input.CancelPendingRead();
            link.Stop();
        }
    }

    private bool Fill(StreamLink link)
    {
        if (kind == StreamKind.Turn && pipe is TlsSession)
        {
            return FillRecord(link);
        }

        int filled = 0;
        while (filled < ChunkBytes && link.HasOutput)
        {
            Span<byte> span = pipe.Output.GetSpan(SpanBytes);
            int read = link.Read(span[..Math.Min(span.Length, ChunkBytes - filled)]);
            pipe.Output.Advance(read);
            filled += read;
        }

        return filled > 0;
    }

    /// <summary>
    /// One message: each has a TLS record of its own, as clients expect that take what a read gives them for a message
    /// (coturn's do).
    /// </summary>
    private bool FillRecord(StreamLink link)
    {
        if (!link.HasOutput)
        {
            return false;
        }

        const int PrefixBytes = 4;
        Span<byte> record = pipe.Output.GetSpan(PacketPool.SlotBytes)[..PacketPool.SlotBytes];
        int read = link.Read(record[..PrefixBytes]);
        if (read == PrefixBytes)
        {
            // The outbox holds whole messages, so the rest is there too.
            int length = BinaryPrimitives.ReadUInt16BigEndian(record[2..])
                + (ChannelData.LooksLikeChannelData(record) ? ChannelData.HeaderBytes : StunMessageReader.HeaderBytes);
            read += link.Read(record[PrefixBytes..Math.Min(StreamFraming.Padded(length), record.Length)]);
        }

        pipe.Output.Advance(read);
        return read > 0;
    }
}
