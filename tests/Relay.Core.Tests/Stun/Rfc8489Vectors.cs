namespace Relay.Core.Tests.Stun;

/// <summary>RFC 8489 appendix B.1 as erratum 6268 corrects it. The credentials are those of RFC 5769 section 2.4.</summary>
internal static class Rfc8489Vectors
{
    public const string Realm = "example.org";
    public const string Username = "マトリックス";
    public const string Password = "TheMatrIX";

    public static readonly byte[] TransactionId = Convert.FromHexString("78AD3433C6AD72C029DA412E");

    public static readonly byte[] UserHash =
        Convert.FromHexString("4A3CF38FEF6992BDA952C6780417DA0F24819415569E60B205C46E41407F1704");

    public static readonly byte[] Request = Convert.FromHexString(
        "000100902112A44278AD3433C6AD72C029DA412E"
        + "001E00204A3CF38FEF6992BDA952C6780417DA0F24819415569E60B205C46E41407F1704"
        + "001500296F624D61744A6F733241414143662F2F3439396B39353464364F4C33346F4C39465354767936347341000000"
        + "0014000B6578616D706C652E6F726700"
        + "001D000400020000"
        + "001C0020B5C7BF005B6C52A21C51C5E892F81924136296CB927C43149309278CC6518E65");

    public static ReadOnlySpan<byte> Nonce => "obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA"u8;
}
