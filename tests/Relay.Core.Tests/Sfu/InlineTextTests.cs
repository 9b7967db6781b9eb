using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class InlineTextTests
{
    [Fact]
    public void Any_text_that_fits_is_kept_as_it_is()
    {
        for (int length = 0; length <= InlineText.MaxBytes; length++)
        {
            byte[] text = [.. Enumerable.Range(1, length).Select(i => (byte)i)];
            var inline = new InlineText(text);
            InlineText copy = inline;
            Assert.Equal(text, copy.Value);
        }

        Assert.Empty(default(InlineText).Value.ToArray());
    }

    [Fact]
    public void Longer_text_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new InlineText(new byte[InlineText.MaxBytes + 1]));
    }
}
