using System.Text;
using Relay.Core.Pairing;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class ClientMessageReaderTests
{
    private readonly ClientMessageReader _reader = new(10);

    [Theory]
    [InlineData("""{"t":"enqueue","d":{"mode":"text"}}""", SessionMessageKind.Enqueue)]
    [InlineData("""{"t":"enqueue","id":1,"d":{"mode":"video"}}""", SessionMessageKind.Enqueue)]
    [InlineData("""{"d":{"mode":"voice"},"t":"enqueue"}""", SessionMessageKind.Enqueue)]
    [InlineData("""{"t":"cancel"}""", SessionMessageKind.Cancel)]
    [InlineData("""{"t":"cancel","d":null}""", SessionMessageKind.Cancel)]
    [InlineData("""{"t":"next","d":{}}""", SessionMessageKind.Next)]
    [InlineData("""{"t":"end","id":null}""", SessionMessageKind.End)]
    [InlineData("""{"t":"chat","d":{"text":"0123456789"}}""", SessionMessageKind.Chat)]
    [InlineData("""{"t":"typing","d":{"on":false}}""", SessionMessageKind.Typing)]
    [InlineData(""" { "t" : "pong" } """, SessionMessageKind.Pong)]
    public void Good_messages_are_read(string text, SessionMessageKind kind)
    {
        ClientMessage message = _reader.Read(Encoding.UTF8.GetBytes(text));
        Assert.Null(message.ErrorCode);
        Assert.Equal(kind, message.Message.Kind);
    }

    [Fact]
    public void What_a_message_says_is_kept()
    {
        Assert.Equal(PairingMode.Voice, _reader.Read("""{"t":"enqueue","d":{"mode":"voice"}}"""u8).Message.Mode);
        Assert.Equal("hi", _reader.Read("""{"t":"chat","d":{"text":" hi\u0007 "}}"""u8).Message.Text);
        Assert.True(_reader.Read("""{"t":"typing","d":{"on":true}}"""u8).Message.On);
        Assert.Equal(9007199254740991, _reader.Read("""{"t":"pong","id":9007199254740991}"""u8).Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("\"cancel\"")]
    [InlineData("{}")]
    [InlineData("""{"t":null}""")]
    [InlineData("""{"t":5}""")]
    [InlineData("""{"T":"cancel"}""")]
    [InlineData("""{"t":"cancel"} {"t":"cancel"}""")]
    [InlineData("""{"t":"cancel",}""")]
    [InlineData("""{"t":"cancel" /* no */}""")]
    [InlineData("""{"t":"cancel","t":"next"}""")]
    [InlineData("""{"t":"cancel","x":1}""")]
    [InlineData("""{"t":"cancel","id":"1"}""")]
    [InlineData("""{"t":"cancel","id":1.5}""")]
    [InlineData("""{"t":"cancel","id":99999999999999999999}""")]
    [InlineData("""{"t":"cancel","d":{"why":"bored"}}""")]
    [InlineData("""{"t":"cancel","d":[]}""")]
    [InlineData("""{"t":"cancel","d":5}""")]
    [InlineData("""{"t":"enqueue"}""")]
    [InlineData("""{"t":"enqueue","d":{}}""")]
    [InlineData("""{"t":"enqueue","d":{"mode":null}}""")]
    [InlineData("""{"t":"enqueue","d":{"mode":"TEXT"}}""")]
    [InlineData("""{"t":"enqueue","d":{"mode":0}}""")]
    [InlineData("""{"t":"enqueue","d":{"mode":"text","mode":"video"}}""")]
    [InlineData("""{"t":"chat","d":{"text":null}}""")]
    [InlineData("""{"t":"chat","d":{"text":" \n\u0000 "}}""")]
    [InlineData("""{"t":"chat","d":{"text":"a","to":"b"}}""")]
    [InlineData("""{"t":"chat","d":{"text":"\ud800"}}""")]
    [InlineData("""{"t":"typing","d":{"on":1}}""")]
    [InlineData("""{"t":"typing"}""")]
    [InlineData("""{"t":"cancel","d":{"a":{"b":{"c":{"d":{}}}}}}""")]
    public void Bad_messages_are_refused(string text) =>
        Assert.Equal("bad_message", _reader.Read(Encoding.UTF8.GetBytes(text)).ErrorCode);

    [Fact]
    public void Errors_carry_the_number_of_the_message_if_it_could_be_read()
    {
        Assert.Equal(("unknown_type", 3L), Error("""{"t":"teleport","id":3}"""));
        Assert.Equal(("text_too_long", 4L), Error("""{"t":"chat","id":4,"d":{"text":"01234567890"}}"""));
        Assert.Equal(("bad_message", 5L), Error("""{"t":"typing","id":5,"d":{"on":"yes"}}"""));
        Assert.Equal(("bad_message", null), Error("""{"t":"typing","id":"six"}"""));
    }

    [Fact]
    public void Details_do_not_echo_what_was_sent()
    {
        string[] texts =
        [
            """{"t":"secret-word"}""",
            """{"secret-word":1}""",
            """{"t":"enqueue","d":{"mode":"secret-word"}}""",
            "secret-word",
        ];
        foreach (string text in texts)
        {
            Assert.DoesNotContain(
                "secret-word", _reader.Read(Encoding.UTF8.GetBytes(text)).ErrorDetail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Truncated_and_mutated_messages_never_throw()
    {
        byte[] good = """{"t":"chat","id":12,"d":{"text":"héllo 🙂"}}"""u8.ToArray();
        for (int length = 0; length < good.Length; length++)
        {
            Assert.Equal("bad_message", _reader.Read(good.AsSpan(0, length)).ErrorCode);
        }

        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] mutated = [.. good];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            ClientMessage message = _reader.Read(mutated);
            Assert.True(message.ErrorCode is null or "bad_message" or "unknown_type" or "text_too_long");
        }
    }

    private (string?, long?) Error(string text)
    {
        ClientMessage message = _reader.Read(Encoding.UTF8.GetBytes(text));
        return (message.ErrorCode, message.Id);
    }
}
