using System.Text;
using Relay.Core.Safety.Hashing;
using Xunit;

namespace Relay.Core.Tests.Safety.Hashing;

public sealed class HashBankReaderTests
{
    private const string One = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22";
    private const string Two = "d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22";

    private readonly HashBankReader _reader = new();

    [Fact]
    public void Hashes_come_in_the_order_of_their_lines()
    {
        Assert.True(Read($"\uFEFF# two pictures\r\n{One}\r\n\r\n  {Two.ToUpperInvariant()}  # the other\n"));
        HashBank bank = _reader.ToBank();
        Assert.Equal(2, bank.Count);
        Assert.Equal(One, bank[0].ToString());
        Assert.Equal(Two, bank[1].ToString());
    }

    [Fact]
    public void Quality_and_a_name_may_follow()
    {
        Assert.True(Read($"{One},50,a, b # 3.png\n{Two}, 49 ,x"));
        Assert.Equal(One, Assert.Single(Hashes()));
        Assert.Equal(1, _reader.Poor);
    }

    [Fact]
    public void Files_add_up_and_repetitions_count_once()
    {
        Assert.True(Read(One));
        Assert.True(Read($"{Two}\n{One}\n"));
        Assert.Equal([One, Two], Hashes());
        Assert.Equal(1, _reader.Repeated);
    }

    [Theory]
    [InlineData("f8f8", "found 4 characters")]
    [InlineData(One + "0", "found 65 characters")]
    [InlineData("x" + One, "found 65 characters")]
    [InlineData(One + " " + Two, "found 129 characters")]
    [InlineData(One + ",", "no quality")]
    [InlineData(One + ",a.png", "no quality")]
    [InlineData(One + ",101", "no quality")]
    [InlineData(One + ",-1", "no quality")]
    [InlineData(One + ",5 0", "no quality")]
    [InlineData(",100", "found 0 characters")]
    public void A_fault_names_file_and_line(string line, string what)
    {
        Assert.False(_reader.TryRead("banks/known.txt", Encoding.UTF8.GetBytes($"# first\n{Two}\n{line}\n{One}\n"), out HashBankFault fault));
        Assert.Equal(("banks/known.txt", 3), (fault.File, fault.Line));
        Assert.Contains(what, fault.What, StringComparison.Ordinal);
        Assert.StartsWith("banks/known.txt:3: ", fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(line, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bank_has_a_limit()
    {
        HashBankReader reader = new(hashesMax: 1000);
        StringBuilder text = new();
        for (ulong i = 0; i < 1000; i++)
        {
            text.Append(new PictureHash(0, 0, 0, i).ToString()).Append('\n');
        }

        Assert.True(reader.TryRead("file", Encoding.UTF8.GetBytes(text.ToString()), out _));
        Assert.Equal(1000, reader.ToBank().Count);
        Assert.False(reader.TryRead("more", Encoding.UTF8.GetBytes("# more\n" + One), out HashBankFault fault));
        Assert.Equal("more:2: a bank holds at most 1,000 hashes", fault.ToString());
    }

    [Fact]
    public void Any_bytes_give_a_bank_or_a_fault()
    {
        Random random = new(3);
        byte[] seed = Encoding.UTF8.GetBytes($"# x\n{One},70,y\n{Two}\n");
        for (int run = 0; run < 20_000; run++)
        {
            byte[] bytes = [.. seed];
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            HashBankReader reader = new();
            if (reader.TryRead("f", bytes, out HashBankFault fault))
            {
                Assert.InRange(reader.ToBank().Count, 0, 2);
            }
            else
            {
                Assert.InRange(fault.Line, 1, 8);
            }
        }
    }

    private bool Read(string text) => _reader.TryRead("file", Encoding.UTF8.GetBytes(text), out _);

    private List<string> Hashes()
    {
        HashBank bank = _reader.ToBank();
        return [.. Enumerable.Range(0, bank.Count).Select(i => bank[i].ToString())];
    }
}
