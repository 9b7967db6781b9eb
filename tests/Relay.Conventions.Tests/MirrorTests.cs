namespace Relay.Conventions.Tests;

public sealed class MirrorTests
{
    /// <summary>Source files whose tests are elsewhere: the test file, which must name the type, and the reason.</summary>
    private static readonly Dictionary<string, (string TestFile, string Reason)> Elsewhere = new(StringComparer.Ordinal)
    {
        ["src/Relay.Core/Pairing/SessionKey.cs"] = ("tests/Relay.Core.Tests/Pairing/SessionTests.cs", "one property"),
        ["src/Relay.Core/Sdp/SdpAnswerResult.cs"] = ("tests/Relay.Core.Tests/Sdp/SdpAnswerTests.cs", "holds what Create says"),
        ["src/Relay.Core/Sdp/SdpFragmentResult.cs"] = ("tests/Relay.Core.Tests/Sdp/SdpFragmentTests.cs", "holds what TryParse says"),
        ["src/Relay.Core/Srtp/AesBlocks8.cs"] = ("tests/Relay.Core.Tests/Srtp/AesCounterModeTests.cs", "the blocks of its keystream"),
        ["src/Relay.Core/Srtp/AesRound.cs"] = ("tests/Relay.Core.Tests/Srtp/AesKeyScheduleTests.cs", "one instruction each"),
        ["src/Relay.Core/Srtp/CarrylessProduct.cs"] = ("tests/Relay.Core.Tests/Srtp/GhashPowersTests.cs", "one step of GHASH"),
        ["src/Relay.Core/Srtp/Ghash128.cs"] = ("tests/Relay.Core.Tests/Srtp/GhashPowersTests.cs", "one definition for both widths"),
        ["src/Relay.Core/Srtp/Ghash256.cs"] = ("tests/Relay.Core.Tests/Srtp/GhashPowersTests.cs", "one definition for both widths"),
        ["src/Relay.Core/Sdp/SdpParseResult.cs"] = ("tests/Relay.Core.Tests/Sdp/SdpOfferTests.cs", "holds what TryParse says"),
        ["src/Relay.Core/Turn/RelayedAddress.cs"] = ("tests/Relay.Core.Tests/Turn/RelayedPortsTests.cs", "one property"),
        ["src/Relay.Core/Turn/TurnHop.cs"] = ("tests/Relay.Core.Tests/Turn/ClientToPeerTests.cs", "one property"),
        ["src/Relay.Core/Turn/TurnRequest.cs"] = ("tests/Relay.Core.Tests/Turn/TurnAllocationTests.cs", "holds what is known"),
        ["src/Relay.Core/Sfu/Transport.cs"] = ("tests/Relay.Core.Tests/Sfu/PlainTransportTests.cs", "what both kinds share"),
    };

    [Fact]
    public void Every_source_file_with_logic_has_its_test_file() => Violations.AssertNone(
        "src/Relay.X/Folder/Name.cs is tested by tests/Relay.X.Tests/Folder/NameTests.cs (the core also by Relay.Simulation).",
        Mirror.Violations(Repository.Sources, Elsewhere));

    [Theory]
    [InlineData("class A { int M(int x) { if (x > 0) { return 1; } return 2; } }", true)]
    [InlineData("class A { int M(int x) => x + 1; }", true)]
    [InlineData("class A { bool P => _x is 1; int _x; }", true)]
    [InlineData("class A { A() { M(); } }", true)]
    [InlineData("enum A { One }", false)]
    [InlineData("interface IA { int M(); }", false)]
    [InlineData("record struct A(int X) { int Y { get; init; } = 1; }", false)]
    [InlineData("static class A { const int X = 1; static extern int M(); }", false)]
    [InlineData("class A(int x) { int P => x; int Q => 1; A() { _y = nameof(Q); } string _y; }", false)]
    [InlineData("class A(int x) { static A Make() => new(1) { X = 2 }; }", false)]
    public void Logic_is_a_body_that_computes(string code, bool logic) =>
        Assert.Equal(logic, Mirror.HasLogic(SourceFile.Parse("src/Relay.Core/Rtp/A.cs", code)));

    [Fact]
    public void A_missing_test_file_is_found() => Assert.Single(Check([Logic]));

    [Fact]
    public void A_test_file_at_another_path_does_not_count() =>
        Assert.Single(Check([Logic, SourceFile.Parse("tests/Relay.Core.Tests/ATests.cs", Test)]));

    [Fact]
    public void A_test_file_without_a_test_does_not_count() =>
        Assert.Single(Check([Logic, SourceFile.Parse("tests/Relay.Core.Tests/Rtp/ATests.cs", "class ATests { }")]));

    [Theory]
    [InlineData("tests/Relay.Core.Tests/Rtp/ATests.cs")]
    [InlineData("tests/Relay.Simulation/Rtp/ATests.cs")]
    public void The_mirrored_test_file_satisfies(string path) => Assert.Empty(Check([Logic, SourceFile.Parse(path, Test)]));

    [Fact]
    public void An_exemption_must_name_a_test_file_that_names_the_type()
    {
        SourceFile tests = SourceFile.Parse("tests/Relay.Core.Tests/BTests.cs", Test);
        Assert.Empty(Check([Logic, tests], (Logic.Path, tests.Path)));
        Assert.Single(Check([Logic, SourceFile.Parse(tests.Path, "class BTests { [Fact] void M() => new B(); }")], (Logic.Path, tests.Path)));
        Assert.Single(Check([Logic], (Logic.Path, tests.Path)));
    }

    [Fact]
    public void An_exemption_that_nothing_needs_is_found()
    {
        SourceFile mirrored = SourceFile.Parse("tests/Relay.Core.Tests/Rtp/ATests.cs", Test);
        Assert.Single(Check([Logic, mirrored], (Logic.Path, mirrored.Path)));
        Assert.Single(Check([mirrored], (Logic.Path, mirrored.Path)));
        Assert.Single(Check([SourceFile.Parse(Logic.Path, "class A { }"), mirrored], (Logic.Path, mirrored.Path)));
    }

    private const string Test = "class ATests { [Fact] void M() => new A(); }";

    private static SourceFile Logic => SourceFile.Parse("src/Relay.Core/Rtp/A.cs", "class A { int M(int x) => x + 1; }");

    private static IEnumerable<string> Check(SourceFile[] files, params (string Path, string TestFile)[] elsewhere) =>
        Mirror.Violations(files, elsewhere.ToDictionary(e => e.Path, e => (e.TestFile, "shown here"), StringComparer.Ordinal));
}
