using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Relay.Core.Stun;

namespace Relay.Load.Traffic;

/// <summary>
/// Allocates and Binding requests in turns, each from an address drawn out of 127.0.0.0/8, all without credentials. Answers
/// come back to the same socket, so that they can be counted.
/// </summary>
internal sealed unsafe class StunFlood : IDisposable
{
    // The shortest of each: what is longest in proportion to it is the answer.
    private const int AllocateBytes = 28;
    private const int BindingBytes = 20;
    private const int Stride = 32;
    private const int TransactionOffset = 8;
    private const uint Udp = 17u << 24;
    private const uint Loopback = 0x7F00_0000;

    // Behind the plan by more than that many batches, the generator gives up the rest.
    private const int BatchesBehindMax = 8;

    private readonly LoadSocket _socket = new();
    private readonly byte* _memory;
    private readonly Random _random;
    private readonly double _perSecond;
    private long _started;
    private long _planned;
    private ulong _transactions;

    /// <param name="perSecond">Messages of both kinds together.</param>
    /// <param name="random">Draws the sources.</param>
    public StunFlood(double perSecond, Random random)
    {
        _perSecond = perSecond;
        _random = random;
        _memory = (byte*)NativeMemory.AllocZeroed(LoadSocket.Batch * Stride);
        for (int i = 0; i < LoadSocket.Batch; i++)
        {
            var writer = new StunMessageWriter(new Span<byte>(_memory + (i * Stride), Stride));
            bool isAllocate = IsAllocate(i);
            writer.WriteHeader(
                StunClass.Request,
                isAllocate ? StunMethod.Allocate : StunMethod.Binding,
                new byte[StunMessageReader.TransactionIdBytes]);
            if (isAllocate)
            {
                writer.AddUInt32(StunAttributeType.RequestedTransport, Udp);
            }
        }
    }

    public long Sent { get; private set; }

    public long SentBytes { get; private set; }

    /// <summary>Answers that the generator took; the kernel may have dropped more, if it was late.</summary>
    public long Answers { get; private set; }

    public long AnswerBytes { get; private set; }

    /// <summary>Messages a second since the first turn.</summary>
    public double PerSecond => Sent / Stopwatch.GetElapsedTime(_started).TotalSeconds;

    /// <summary>Sends what is due, a batch at most, and takes answers.</summary>
    public void Turn(uint address, int port)
    {
        if (_started == 0)
        {
            _started = Stopwatch.GetTimestamp();
        }

        TakeAnswers();
        long due = (long)(Stopwatch.GetElapsedTime(_started).TotalSeconds * _perSecond) - _planned;
        if (due > BatchesBehindMax * LoadSocket.Batch)
        {
            _planned += due - LoadSocket.Batch;
        }

        if (due < LoadSocket.Batch)
        {
            return;
        }

        for (int i = 0; i < LoadSocket.Batch; i++)
        {
            byte* message = _memory + (i * Stride);
            BinaryPrimitives.WriteUInt64BigEndian(new Span<byte>(message + TransactionOffset, sizeof(ulong)), ++_transactions);
            uint source = Loopback | (uint)_random.Next(1, 0x00FF_FFFF);
            _socket.Load(i, message, BytesOf(i), segment: 0, source, address, port);
        }

        _planned += LoadSocket.Batch;
        int sent = _socket.Send(LoadSocket.Batch);
        Sent += sent;
        for (int i = 0; i < sent; i++)
        {
            SentBytes += BytesOf(i);
        }
    }

    /// <summary>Takes what has come; false if that was nothing.</summary>
    public bool TakeAnswers()
    {
        int count = _socket.Receive();
        for (int i = 0; i < count; i++)
        {
            int bytes = _socket.Received(i, out _, out int segment).Length;
            Answers += segment > 0 ? (bytes + segment - 1) / segment : 1;
            AnswerBytes += bytes;
        }

        return count > 0;
    }

    public void Dispose()
    {
        _socket.Dispose();
        NativeMemory.Free(_memory);
    }

    private static bool IsAllocate(int slot) => slot % 2 == 0;

    private static int BytesOf(int slot) => IsAllocate(slot) ? AllocateBytes : BindingBytes;
}
