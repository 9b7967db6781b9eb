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

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1999)]
    [InlineData(2000)]
    [InlineData(2001)]
    [InlineData(7777)]
    public void The_last_thousand_are_remembered(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _memory.TryAdd(Id(i));
        }

        // Newest first, and each probe of an id of the older filter counts as a request: half of them cannot rotate it out.
        for (int i = count - 1; i >= count - (IceTransactionMemory.RequestsPerFilterMax / 2); i--)
        {
            Assert.False(_memory.TryAdd(Id(i)));
        }

        var other = new IceTransactionMemory(new SeededRandomSource(2));
        for (int i = 0; i < count; i++)
        {
            other.TryAdd(Id(i));
        }

        Assert.False(other.TryAdd(Id(count - IceTransactionMemory.RequestsPerFilterMax)));
    }

    [Fact]
    public void False_alarms_are_rare()
    {
        int falseAlarms = 0;
        for (int i = 0; i < 20_000; i++)
        {
            falseAlarms += _memory.TryAdd(Id(i)) ? 0 : 1;
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
