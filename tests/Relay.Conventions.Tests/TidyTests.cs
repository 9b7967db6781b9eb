namespace Relay.Conventions.Tests;

public sealed class TidyTests
{
    [Fact]
    public void Files_fit_in_the_head() => Check($"A file has at most {Tidiness.FileLinesMax} lines.", Tidiness.LongFile);

    [Fact]
    public void Methods_fit_on_a_screen() => Check($"A method has at most {Tidiness.MethodLinesMax} lines.", Tidiness.LongMethods);

    [Fact]
    public void Types_are_partial_only_for_generators() => Check("A type is written in one place.", Tidiness.PartialTypes);

    [Fact]
    public void Names_say_what_things_are() =>
        Check("No Manager, Helper, Util, Common or Misc in names of types, files and folders.", Tidiness.NamesThatSayNothing);

    [Fact]
    public void Unsafe_code_stays_in_its_folders() =>
        Check("Unsafe code only in Core/Buffers, Core/Srtp and Host/Platform.", Tidiness.UnsafeOutsideItsFolders);

    [Fact]
    public void Nothing_is_left_unfinished() => Check("No NotImplementedException and no notes of unfinished work.", Tidiness.UnfinishedWork);

    [Fact]
    public void Tests_neither_sleep_nor_are_skipped() => Check("Tests wait for events and always run.", Tidiness.SleepsAndSkips);

    [Fact]
    public void Logs_are_written_by_generated_methods() => Check("The host logs with [LoggerMessage] methods.", Tidiness.LogsByHand);

    [Fact]
    public void A_file_one_line_too_long_is_found()
    {
        Assert.Empty(Tidiness.LongFile(Source(Repeat("// line\n", Tidiness.FileLinesMax))));
        Assert.Single(Tidiness.LongFile(Source(Repeat("// line\n", Tidiness.FileLinesMax + 1))));
    }

    [Theory]
    [InlineData("class A { void M()\n{\n", "}\n}")]
    [InlineData("class A { A()\n{\n", "}\n}")]
    [InlineData("class A { int P { get\n{\n", "return 1; } } }")]
    [InlineData("class A { void M() { void L()\n{\n", "} } }")]
    public void A_method_one_line_too_long_is_found(string head, string tail)
    {
        Assert.Empty(Tidiness.LongMethods(Source(head + Repeat("M();\n", Tidiness.MethodLinesMax - 3) + tail)));
        Assert.NotEmpty(Tidiness.LongMethods(Source(head + Repeat("M();\n", Tidiness.MethodLinesMax - 2) + tail)));
    }

    [Fact]
    public void A_partial_type_is_found_unless_a_generator_writes_the_rest()
    {
        Assert.Single(Tidiness.PartialTypes(Source("partial class A { }")));
        Assert.Empty(Tidiness.PartialTypes(Source("partial class A { [LibraryImport(\"c\")] static partial int F(); }")));
        Assert.Empty(Tidiness.PartialTypes(Source("[JsonSerializable(typeof(int))] partial class A : JsonSerializerContext;")));
    }

    [Theory]
    [InlineData("class SessionManager { }", true)]
    [InlineData("enum CommonKind { }", true)]
    [InlineData("struct ByteUtils { }", true)]
    [InlineData("class Commons { }", false)]
    [InlineData("class Miscount { }", false)]
    public void A_name_that_says_nothing_is_found(string code, bool found) =>
        Assert.Equal(found, Tidiness.NamesThatSayNothing(Source(code)).Any());

    [Theory]
    [InlineData("src/Relay.Core/Sfu/A.cs", true)]
    [InlineData("src/Relay.Host/Api/A.cs", true)]
    [InlineData("src/Relay.Core/Buffers/A.cs", false)]
    [InlineData("src/Relay.Host/Platform/OpenSsl/A.cs", false)]
    public void Unsafe_code_outside_its_folders_is_found(string path, bool found) =>
        Assert.Equal(found, Tidiness.UnsafeOutsideItsFolders(SourceFile.Parse(path, "class A { unsafe void M() { } }")).Any());

    [Theory]
    [InlineData("class A { void M() => throw new NotImplementedException(); }")]
    [InlineData("// TO" + "DO: later\nclass A { }")]
    [InlineData("/* FIX" + "ME */ class A { }")]
    [InlineData("/// <summary>HA" + "CK</summary>\nclass A { }")]
    public void Unfinished_work_is_found(string code) => Assert.Single(Tidiness.UnfinishedWork(Source(code)));

    [Theory]
    [InlineData("class A { void M() => Thread.Sleep(1); }")]
    [InlineData("class A { void M() => System.Threading.Thread.Sleep(1); }")]
    [InlineData("class A { void M() => Assert.Skip(\"\"); }")]
    [InlineData("class A { [Fact(Skip = \"\")] void M() { } }")]
    public void A_sleep_or_a_skip_in_a_test_is_found(string code) =>
        Assert.Single(Tidiness.SleepsAndSkips(SourceFile.Parse("tests/A.cs", code)));

    [Fact]
    public void A_log_call_by_hand_is_found() =>
        Assert.Single(Tidiness.LogsByHand(Source("class A { void M(ILogger log) => log.LogInformation(\"\"); }")));

    private static void Check(string rule, Func<SourceFile, IEnumerable<string>> violations) =>
        Violations.AssertNone(rule, Repository.Sources.SelectMany(violations));

    private static SourceFile Source(string code) => SourceFile.Parse("src/Relay.Core/Sfu/A.cs", code);

    private static string Repeat(string line, int count) => string.Concat(Enumerable.Repeat(line, count));
}
