using System.Text;
using Relay.Core.Ice;
using Xunit;

namespace Relay.Core.Tests.Ice;

public class IceUfragTests
{
    private readonly SeededRandomSource _random = new(1);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(123_456)]
    [InlineData(IceUfrag.MaxSlot)]
    public void The_slot_comes_back_from_a_username(int slot)
    {
        byte[] username = Username(slot);
        Assert.True(IceUfrag.TryReadSlot(username, out int read));
        Assert.Equal(slot, read);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    [InlineData(26)]
    [InlineData(IceUfrag.MaxWorker)]
    public void The_worker_comes_back_from_a_username(int worker)
    {
        byte[] username = Username(77, worker);
        Assert.True(IceUfrag.TryReadWorker(username, out int read));
        Assert.Equal(worker, read);
        Assert.True(IceUfrag.TryReadSlot(username, out int slot));
        Assert.Equal(77, slot);
        username[4] = (byte)'-';
        Assert.False(IceUfrag.TryReadWorker(username, out _));
        Assert.False(IceUfrag.TryReadWorker(username.AsSpan(0, IceUfrag.Bytes), out _));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(IceUfrag.MaxWorker + 1)]
    public void A_worker_that_does_not_fit_is_our_bug(int worker) =>
        Assert.Throws<InvalidOperationException>(() => IceUfrag.Write(1, _random, new byte[IceUfrag.Bytes], worker));

    [Theory]
    [InlineData(-1)]
    [InlineData(IceUfrag.MaxSlot + 1)]
    public void A_slot_that_does_not_fit_is_our_bug(int slot) =>
        Assert.Throws<InvalidOperationException>(() => IceUfrag.Write(slot, _random, new byte[IceUfrag.Bytes]));

    [Fact]
    public void Only_ice_chars_are_written_and_two_ufrags_of_a_slot_differ()
    {
        byte[] first = Username(5)[..IceUfrag.Bytes];
        byte[] second = Username(5)[..IceUfrag.Bytes];
        Assert.NotEqual(first, second);
        Assert.All(first, value => Assert.Matches("^[A-Za-z0-9+/]$", ((char)value).ToString()));
    }

    [Fact]
    public void Every_ice_char_occurs()
    {
        byte[] text = new byte[4096];
        IceUfrag.FillWithIceChars(_random, text);
        Assert.Equal(64, text.Distinct().Count());
        Assert.All(text, value => Assert.True(IceUfrag.IsIceChar(value)));
    }

    [Fact]
    public void A_username_that_is_not_ours_has_no_slot()
    {
        byte[] username = Username(77);
        for (int length = 0; length <= IceUfrag.Bytes; length++)
        {
            Assert.False(IceUfrag.TryReadSlot(username.AsSpan(0, length), out _));
        }

        username[IceUfrag.Bytes] = (byte)'x';
        Assert.False(IceUfrag.TryReadSlot(username, out _));
        username[IceUfrag.Bytes] = (byte)':';
        Assert.True(IceUfrag.TryReadSlot(username, out _));
        username[0] = (byte)'-';
        Assert.False(IceUfrag.TryReadSlot(username, out int slot));
        Assert.Equal(0, slot);
    }

    [Fact]
    public void Exactly_the_64_ice_chars_are_ice_chars()
    {
        string allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";
        for (int value = 0; value < 256; value++)
        {
            Assert.Equal(allowed.Contains((char)value, StringComparison.Ordinal), IceUfrag.IsIceChar((byte)value));
        }
    }

    private byte[] Username(int slot, int worker = 0)
    {
        byte[] ufrag = new byte[IceUfrag.Bytes];
        IceUfrag.Write(slot, _random, ufrag, worker);
        return [.. ufrag, .. Encoding.ASCII.GetBytes(":abcd")];
    }
}
