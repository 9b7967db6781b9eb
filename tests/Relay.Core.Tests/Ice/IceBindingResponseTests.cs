using System.Net;
using Relay.Core.Diagnostics;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Tests.Stun;
using Xunit;

namespace Relay.Core.Tests.Ice;

public class IceBindingResponseTests
{
    private readonly byte[] _buffer = new byte[IceBindingResponse.MaxBytes];

    [Theory]
    [InlineData("192.0.2.1:1000")]
    [InlineData("[2001:db8::1]:1000")]
    public void Success_tells_the_mapped_address(string text)
    {
        var mapped = TransportAddress.FromEndPoint(IPEndPoint.Parse(text));
        int length = IceBindingResponse.WriteSuccess(Rfc5769Vectors.TransactionId, mapped, "password"u8, _buffer);

        StunMessageReader message = Read(length, StunClass.SuccessResponse);
        Assert.True(message.TryGetXorMappedAddress(out TransportAddress read));
        Assert.Equal(mapped, read);
    }

    [Theory]
    [InlineData(StunErrorCode.BadRequest, "Bad Request")]
    [InlineData(StunErrorCode.RoleConflict, "Role Conflict")]
    public void An_error_has_its_code_and_phrase(int expected, string phrase)
    {
        int length = IceBindingResponse.WriteError(Rfc5769Vectors.TransactionId, expected, "password"u8, _buffer);

        StunMessageReader message = Read(length, StunClass.ErrorResponse);
        Assert.True(message.TryGetErrorCode(out int code));
        Assert.Equal(expected, code);
        Assert.True(message.TryGetAttribute(StunAttributeType.ErrorCode, out ReadOnlySpan<byte> value));
        Assert.Equal(phrase, System.Text.Encoding.UTF8.GetString(value[4..]));
    }

    [Fact]
    public void The_longest_list_of_unknown_attributes_fits()
    {
        ushort[] unknown = [1, 2, 3, 4, 5, 7, 11, 12];
        Assert.Equal(IceBindingResponse.MaxUnknownAttributes, unknown.Length);
        int length = IceBindingResponse.WriteUnknownAttributes(Rfc5769Vectors.TransactionId, unknown, "password"u8, _buffer);

        StunMessageReader message = Read(length, StunClass.ErrorResponse);
        Assert.True(message.TryGetErrorCode(out int code));
        Assert.Equal(StunErrorCode.UnknownAttribute, code);
        Assert.True(message.TryGetAttribute(StunAttributeType.UnknownAttributes, out ReadOnlySpan<byte> value));
        Assert.Equal(unknown.Length * 2, value.Length);
        Assert.Equal(12, value[^1]);
    }

    private StunMessageReader Read(int length, StunClass expectedClass)
    {
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(_buffer.AsSpan(0, length), out StunMessageReader message));
        Assert.Equal(expectedClass, message.Class);
        Assert.Equal(StunMethod.Binding, message.Method);
        Assert.True(message.TransactionId.SequenceEqual(Rfc5769Vectors.TransactionId));
        Assert.True(message.HasFingerprint);
        Assert.True(message.VerifyIntegrity("password"u8));
        return message;
    }
}
