using Relay.Core.Safety.Hashing;
using Xunit;

namespace Relay.Core.Tests.Safety.Hashing;

public sealed class CurrentHashBankTests
{
    [Fact]
    public void It_is_empty_until_a_bank_is_set()
    {
        CurrentHashBank current = new();
        Assert.Same(HashBank.Empty, current.Value);
        HashBank bank = new([default]);
        current.Value = bank;
        Assert.Same(bank, current.Value);
        Assert.Throws<ArgumentNullException>(() => current.Value = null!);
    }

    [Fact]
    public void Who_looks_while_it_changes_sees_one_bank_whole()
    {
        HashBank[] banks = [.. Enumerable.Range(0, 4).Select(n => new HashBank(
            [.. Enumerable.Repeat(new PictureHash((ulong)n, 0, 0, (ulong)n), 101)]))];
        CurrentHashBank current = new() { Value = banks[0] };
        Thread writer = new(() =>
        {
            for (int i = 0; i < 200_000; i++)
            {
                current.Value = banks[i % banks.Length];
            }
        });
        writer.Start();
        for (int i = 0; i < 20_000; i++)
        {
            HashBank bank = current.Value;
            Assert.Equal(bank[0], bank[100]);
            Assert.Equal(bank[0].Word0, bank[100].Word3);
        }

        writer.Join();
        Assert.Same(banks[3], current.Value);
    }
}
