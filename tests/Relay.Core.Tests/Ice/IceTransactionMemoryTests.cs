using System.Buffers.Binary;
using Relay.Core.Ice;
using Xunit;

namespace Relay.Core.Tests.Ice;

public class IceTransactionMemoryTests
{
    private readonly IceTransactionMemory _memory = new(new SeededRandomSource(1));

    [Fact]
    public void An_id_is_new_once()
    {
        Assert.True(_memory.TryAdd(Id(1)));
        Assert.False(_memory.TryAdd(Id(1)));
        Assert.True(_memory.TryAdd(Id(2)));
    }

    [Fact]
    public void Every_byte_of_an_id_counts()
    {
        byte[] id = new byte[12];
        Assert.True(_memory.TryAdd(id));
        for (int at = 0; at < id.Length; at++)
        {
            id[at] = 1;
            Assert.True(_memory.TryAdd(id));
            id[at] = 0;
        }
    }

    [Fact]
    public void The_last_thousand_are_always_remembered_and_false_alarms_are_rare()
    {
        int falseAlarms = 0;
        for (int i = 0; i < 20_000; i++)
        {
            falseAlarms += _memory.TryAdd(Id(i)) ? 0 : 1;
            Assert.False(_memory.TryAdd(Id(i)));
            Assert.False(_memory.TryAdd(Id(Math.Max(0, i - IceTransactionMemory.RequestsPerFilterMax + 1))));
        }

        Assert.InRange(falseAlarms, 0, 200);
    }

    [Fact]
    public void The_oldest_are_forgotten_and_clear_forgets_all()
    {
        for (int i = 0; i < 5 * IceTransactionMemory.RequestsPerFilterMax; i++)
        {
            _memory.TryAdd(Id(i));
        }

        Assert.True(_memory.TryAdd(Id(0)));
        _memory.Clear();
        Assert.True(_memory.TryAdd(Id((5 * IceTransactionMemory.RequestsPerFilterMax) - 1)));
    }

    private static byte[] Id(int number)
    {
        byte[] id = new byte[12];
        BinaryPrimitives.WriteInt32BigEndian(id.AsSpan(8), number);
        return id;
    }
}
