using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Stun;
using Relay.Core.Tests.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class TurnCredentialsTests
{
    private const int Accepted = 0;
    private const long Now = 1_700_000_000;

    private static readonly byte[] ChosenSha256 = [0, 2, 0, 0];
    private static readonly byte[] ChosenMd5 = [0, 1, 0, 0];

    private readonly TurnCredentials _static = new(
        Rfc8489Vectors.Realm, [new("user", "secret"), new(Rfc8489Vectors.Username, Rfc8489Vectors.Password)], []);

    private readonly TurnCredentials _rest = new(Rfc8489Vectors.Realm, [], ["new north", "old north"]);
    private readonly TurnCredentials _both = new(Rfc8489Vectors.Realm, [new("user", "secret")], ["north"]);
    private readonly SignedRequest _user = new() { Username = "user" };

    [Fact]
    public void The_sample_requests_of_the_rfcs_are_accepted()
    {
        byte[] key = new byte[32];
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(Rfc5769Vectors.LongTermRequest, out StunMessageReader sha1));
        TurnAuthentication first = _static.Authenticate(sha1, SecurityFeatures.None, Now, key);
        Assert.True(first.IsAuthenticated);
        Assert.Equal(16, first.KeyLength);
        Assert.False(first.AnswersSha256);

        // Its nonce says that user names are hashed, and nothing of algorithms.
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(Rfc8489Vectors.Request, out StunMessageReader sha256));
        TurnAuthentication second = _static.Authenticate(sha256, SecurityFeatures.UsernameAnonymity, Now, key);
        Assert.True(second.IsAuthenticated);
        Assert.Equal(32, second.KeyLength);
        Assert.True(second.AnswersSha256);
        Assert.True(sha256.VerifyIntegritySha256(key));
        Assert.Equal(first.User, second.User);
    }

    [Fact]
    public void A_request_as_browsers_send_it_is_accepted_under_every_nonce_of_ours()
    {
        for (int features = 0; features < 4; features++)
        {
            TurnAuthentication result = _user.Ask(_static, features: (SecurityFeatures)features);
            Assert.True(result.IsAuthenticated);
            Assert.Equal(16, result.KeyLength);
            Assert.False(result.AnswersSha256);
        }
    }

    [Fact]
    public void A_request_without_a_sum_is_challenged() =>
        Assert.Equal(StunErrorCode.Unauthenticated, (_user with { Sha1 = false }).Ask(_static).ErrorCode);

    [Fact]
    public void A_signed_request_that_lacks_a_part_is_bad()
    {
        SignedRequest[] bad =
        [
            _user with { Username = null, KeyName = "user" },
            _user with { Realm = null },
            _user with { Nonce = null },
            _user with { UserHash = HashOf("user") },
            _user with { UserHash = HashOf("user")[..31], Username = null },
            _user with { Username = new string('a', 509), KeyName = "user" },
        ];
        Assert.All(bad, request => Assert.Equal(StunErrorCode.BadRequest, request.Ask(_static).ErrorCode));
        Assert.Equal(StunErrorCode.Unauthenticated, (_user with { Username = new string('a', 508) }).Ask(_static).ErrorCode);
    }

    [Fact]
    public void Wrong_passwords_unknown_users_and_wrong_realms_get_the_same_answer()
    {
        SignedRequest[] wrong =
        [
            _user with { Password = "secreT" },
            _user with { Username = "nobody" },
            _user with { Username = "" },
            _user with { Username = "", Password = "" },
            _user with { Realm = "example.com" },
            _user with { Realm = "example.com", KeyRealm = Rfc8489Vectors.Realm },
            _user with { Username = null, UserHash = HashOf("nobody"), KeyName = "nobody" },
            _user with { Username = null, UserHash = new byte[32], KeyName = "", Password = "" },
            _user with { SpoilSha1 = true },
        ];
        foreach (SignedRequest request in wrong)
        {
            TurnAuthentication result = request.Ask(_static);
            Assert.Equal(new TurnAuthentication { ErrorCode = StunErrorCode.Unauthenticated }, result);
        }

        Assert.Equal(StunErrorCode.Unauthenticated, _user.Ask(_rest, Now).ErrorCode);
    }

    [Theory]
    [InlineData(false, false, Accepted)]
    [InlineData(true, false, Accepted)]
    [InlineData(false, true, StunErrorCode.Unauthenticated)]
    [InlineData(true, true, StunErrorCode.Unauthenticated)]
    public void Of_two_sums_the_sha256_one_counts(bool spoilSha1, bool spoilSha256, int expected)
    {
        SignedRequest request = _user with { Sha256 = true, SpoilSha1 = spoilSha1, SpoilSha256 = spoilSha256 };
        Assert.Equal(expected, request.Ask(_static).ErrorCode);
        Assert.Equal(expected, (ChooseSha256(request) with { SpoilSha1 = spoilSha1 }).Ask(_static).ErrorCode);
    }

    [Fact]
    public void A_chosen_algorithm_makes_the_key_and_is_answered_by_sha256()
    {
        TurnAuthentication chosen = ChooseSha256(_user with { Sha1 = false, Sha256 = true })
            .Ask(_static, features: SecurityFeatures.PasswordAlgorithms);
        Assert.True(chosen.IsAuthenticated && chosen.AnswersSha256);
        Assert.Equal(32, chosen.KeyLength);

        SignedRequest md5 = _user with { Sha1 = false, Sha256 = true, Chosen = ChosenMd5, Repeated = Offered() };
        TurnAuthentication weaker = md5.Ask(_static, features: SecurityFeatures.PasswordAlgorithms);
        Assert.True(weaker.IsAuthenticated && weaker.AnswersSha256);
        Assert.Equal(16, weaker.KeyLength);

        Assert.Equal(
            StunErrorCode.Unauthenticated,
            (md5 with { Algorithm = PasswordAlgorithm.Sha256 }).Ask(_static).ErrorCode);
    }

    [Fact]
    public void A_list_that_was_changed_on_the_way_is_bad()
    {
        SignedRequest request = _user with { Chosen = ChosenMd5, Repeated = [0, 1, 0, 0] };
        Assert.Equal(StunErrorCode.BadRequest, request.Ask(_static, features: SecurityFeatures.PasswordAlgorithms).ErrorCode);
        request = ChooseSha256(_user) with { Repeated = null };
        Assert.Equal(StunErrorCode.BadRequest, request.Ask(_static, features: SecurityFeatures.PasswordAlgorithms).ErrorCode);
    }

    [Fact]
    public void A_hashed_name_is_the_same_user()
    {
        TurnAuthentication hashed = (_user with { Username = null, UserHash = HashOf("user"), KeyName = "user" }).Ask(_static);
        Assert.True(hashed.IsAuthenticated);
        Assert.Equal(_user.Ask(_static).User, hashed.User);
        Assert.Equal(hashed.User, hashed.Account);
    }

    [Fact]
    public void Names_are_hashed_only_where_all_are_known()
    {
        const SecurityFeatures Both = SecurityFeatures.PasswordAlgorithms | SecurityFeatures.UsernameAnonymity;
        Assert.Equal(Both, _static.Features);
        Assert.Equal(SecurityFeatures.PasswordAlgorithms, _rest.Features);
        Assert.Equal(SecurityFeatures.PasswordAlgorithms, _both.Features);
    }

    [Fact]
    public void The_password_of_a_time_limited_user_is_what_others_compute()
    {
        // printf '1700000000:alice' | openssl dgst -sha1 -hmac north -binary | base64
        Assert.Equal("Cd/49soE35ICqcJF/bCTn8Z4OyE=", TurnCredentials.Mint("north", "1700000000:alice"));
        Assert.Equal(28, TurnCredentials.Mint("", "").Length);
    }

    [Theory]
    [InlineData("1700000001:alice", "new north", Accepted)]
    [InlineData("1700000001:alice", "old north", Accepted)]
    [InlineData("1700000001", "new north", Accepted)]
    [InlineData("99999999999:", "new north", Accepted)]
    [InlineData("1700000001:0-a:b", "old north", Accepted)]
    [InlineData("1700000001:alice", "south", StunErrorCode.Unauthenticated)]
    [InlineData("1700000000:alice", "new north", StunErrorCode.Unauthenticated)]
    [InlineData("1:alice", "old north", StunErrorCode.Unauthenticated)]
    [InlineData("0", "old north", StunErrorCode.Unauthenticated)]
    [InlineData("100000000000:alice", "new north", StunErrorCode.Unauthenticated)]
    [InlineData("99999999999999999999:alice", "new north", StunErrorCode.Unauthenticated)]
    [InlineData("-1700000001:alice", "new north", StunErrorCode.Unauthenticated)]
    [InlineData(" 1700000001:alice", "new north", StunErrorCode.Unauthenticated)]
    [InlineData("alice:1700000001", "new north", StunErrorCode.Unauthenticated)]
    [InlineData(":alice", "new north", StunErrorCode.Unauthenticated)]
    [InlineData("", "new north", StunErrorCode.Unauthenticated)]
    public void A_time_limited_user_has_a_secret_and_a_future(string username, string secret, int expected)
    {
        var request = new SignedRequest { Username = username, Password = TurnCredentials.Mint(secret, username) };
        Assert.Equal(expected, request.Ask(_rest, Now).ErrorCode);
        Assert.Equal(expected, ChooseSha256(request with { Sha1 = false, Sha256 = true }).Ask(_rest, Now).ErrorCode);
    }

    [Fact]
    public void A_time_limited_user_keeps_its_account_when_its_expiry_moves()
    {
        TurnAuthentication first = Timed("1700000500:alice").Ask(_rest, Now);
        TurnAuthentication later = Timed("1700000900:alice").Ask(_rest, Now);
        TurnAuthentication other = Timed("1700000900:bob").Ask(_rest, Now);

        Assert.NotEqual(first.User, later.User);
        Assert.Equal(first.Account, later.Account);
        Assert.NotEqual(later.Account, other.Account);
        Assert.NotEqual(first.User, first.Account);
    }

    [Fact]
    public void Both_kinds_of_users_live_side_by_side()
    {
        Assert.True(_user.Ask(_both, Now).IsAuthenticated);
        const string Name = "1700000500:user";
        var timed = new SignedRequest { Username = Name, Password = TurnCredentials.Mint("north", Name) };
        Assert.True(timed.Ask(_both, Now).IsAuthenticated);
        Assert.False((timed with { Password = "secret" }).Ask(_both, Now).IsAuthenticated);
    }

    [Fact]
    public void A_user_whose_name_looks_like_a_time_never_expires()
    {
        var credentials = new TurnCredentials(Rfc8489Vectors.Realm, [new("12345", "secret")], ["north"]);
        Assert.True(new SignedRequest { Username = "12345" }.Ask(credentials, Now).IsAuthenticated);
    }

    [Fact]
    public void Impossible_configurations_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new TurnCredentials("", [], []));
        Assert.Throws<ArgumentException>(() => new TurnCredentials(new string('r', 128), [], []));
        Assert.Throws<ArgumentException>(() => new TurnCredentials("r", [new("", "p")], []));
        Assert.Throws<ArgumentException>(() => new TurnCredentials("r", [new("u", "")], []));
        Assert.Throws<ArgumentException>(() => new TurnCredentials("r", [new(new string('u', 509), "p")], []));
        Assert.Throws<ArgumentException>(() => new TurnCredentials("r", [new("u", new string('p', 257))], []));
        Assert.Throws<ArgumentException>(() => new TurnCredentials("r", [new("u", "p"), new("u", "q")], []));
        Assert.Throws<ArgumentException>(() => new TurnCredentials("r", [], [""]));
        Assert.Throws<ArgumentException>(() => new TurnCredentials("r", [], new string[9]));

        var longest = new TurnCredentials(new string('漢', 127), [new(new string('u', 508), new string('p', 256))], ["s"]);
        Assert.Equal(381, longest.Realm.Length);
    }

    [Fact]
    public void Mutated_requests_never_throw_and_never_pass()
    {
        var random = new Random(9);
        byte[][] seeds =
        [
            _user.Build(),
            (ChooseSha256(_user) with { Sha1 = false, Sha256 = true }).Build(),
            (_user with { Username = null, UserHash = HashOf("user"), KeyName = "user" }).Build(),
        ];
        byte[] key = new byte[32];
        int parsed = 0;
        for (int round = 0; round < 30_000; round++)
        {
            byte[] seed = seeds[round % seeds.Length];
            byte[] datagram = [.. seed];
            datagram[^8] = 0x90;
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                datagram[random.Next(20, datagram.Length - 8)] ^= (byte)random.Next(1, 256);
            }

            if (!datagram.AsSpan(20..^8).SequenceEqual(seed.AsSpan(20..^8))
                && StunMessageReader.TryParse(datagram, out StunMessageReader message) == DropReason.None)
            {
                parsed++;
                Assert.False(_both.Authenticate(message, (SecurityFeatures)(round & 3), Now, key).IsAuthenticated);
            }
        }

        Assert.InRange(parsed, 1000, 29_999);
    }

    [Fact]
    public void Authenticating_allocates_nothing()
    {
        byte[][] requests =
        [
            _user.Build(),
            (_user with { Username = "nobody" }).Build(),
            (_user with { Username = null, UserHash = HashOf("user"), KeyName = "user" }).Build(),
            (ChooseSha256(_user) with { Sha256 = true }).Build(),
            new SignedRequest { Username = "1700000500:a", Password = TurnCredentials.Mint("north", "1700000500:a") }.Build(),
        ];
        Work(requests, 20);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int accepted = Work(requests, 200);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(200 * 4, accepted);
    }

    private int Work(byte[][] requests, int rounds)
    {
        Span<byte> key = stackalloc byte[32];
        int accepted = 0;
        for (int i = 0; i < rounds; i++)
        {
            foreach (byte[] request in requests)
            {
                StunMessageReader.TryParse(request, out StunMessageReader message);
                accepted += _both.Authenticate(message, SecurityFeatures.None, Now, key).IsAuthenticated ? 1 : 0;
            }
        }

        return accepted;
    }

    private static SignedRequest ChooseSha256(SignedRequest request) =>
        request with { Chosen = ChosenSha256, Repeated = Offered(), Algorithm = PasswordAlgorithm.Sha256 };

    private static SignedRequest Timed(string username) =>
        new() { Username = username, Password = TurnCredentials.Mint("new north", username) };

    private static byte[] Offered() => PasswordAlgorithms.Offered.ToArray();

    private static byte[] HashOf(string username)
    {
        byte[] hash = new byte[UserHash.Bytes];
        UserHash.Write(Encoding.UTF8.GetBytes(username), Encoding.UTF8.GetBytes(Rfc8489Vectors.Realm), hash);
        return hash;
    }
}
