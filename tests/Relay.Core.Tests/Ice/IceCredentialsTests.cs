using Relay.Core.Ice;
using Xunit;

namespace Relay.Core.Tests.Ice;

public class IceCredentialsTests
{
    [Fact]
    public void Fresh_credentials_have_the_slot_and_a_password_of_ice_chars()
    {
        var credentials = IceCredentials.Generate(42, new SeededRandomSource(1));

        Assert.False(credentials.IsEmpty);
        Assert.Equal(IceUfrag.Bytes, credentials.Ufrag.Length);
        Assert.Equal(IceCredentials.PasswordBytes, credentials.Password.Length);
        Assert.All(credentials.Password.ToArray(), value => Assert.True(IceUfrag.IsIceChar(value)));
        Assert.True(IceUfrag.TryReadSlot([.. credentials.Ufrag, .. ":abcd"u8], out int slot));
        Assert.Equal(42, slot);
    }

    [Fact]
    public void Two_credentials_differ_in_ufrag_and_password()
    {
        var random = new SeededRandomSource(1);
        var first = IceCredentials.Generate(42, random);
        var second = IceCredentials.Generate(42, random);

        Assert.False(first.Ufrag.SequenceEqual(second.Ufrag));
        Assert.False(first.Password.SequenceEqual(second.Password));
    }

    [Fact]
    public void The_default_value_is_no_credential() => Assert.True(default(IceCredentials).IsEmpty);
}
