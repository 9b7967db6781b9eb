using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// The AES-CM pseudo-random function (RFC 3711 section 4.3.3; RFC 6188 section 3 for 256-bit keys): AES in counter mode
/// over zeros, starting at the master salt with the label mixed in. The derivation rate is always 0, as DTLS-SRTP wants.
/// <code>
///  0             7              14     16
/// | master salt  |label|  ...   | 0  0 |     (the label is added to byte 7 without carry)
/// </code>
/// </summary>
internal static unsafe class SrtpKeyDerivation
{
    // RFC 3711 section 4.3.2; the SRTCP labels follow in the same order.
    public const byte EncryptionLabel = 0x00;
    public const byte AuthenticationLabel = 0x01;
    public const byte SaltLabel = 0x02;
    public const byte RtcpLabelOffset = 0x03;

    private const int BlockBytes = 16;
    private const int LabelOffset = 7;
    private const int SaltFieldBytes = 14;

    /// <param name="masterKey">16 or 32 bytes.</param>
    /// <param name="masterSalt">14 bytes, or 12, to which zeros are appended (RFC 7714 section 11).</param>
    /// <param name="label">What the key is for.</param>
    /// <param name="output">Any length; filled with key.</param>
    public static void Derive(ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt, byte label, Span<byte> output)
    {
        Invariant.Holds(masterSalt.Length <= SaltFieldBytes, "a master salt is too long");
        Span<byte> block = stackalloc byte[BlockBytes];
        block.Clear();
        masterSalt.CopyTo(block);
        block[LabelOffset] ^= label;
        output.Clear();

        using EvpContext context = EvpContext.CreateCtr(masterKey);
        fixed (byte* iv = block, keystream = output)
        {
            int written = 0;
            bool done = LibCrypto.CipherInit(context.Pointer, 0, 0, null, iv, LibCrypto.KeepDirection) == 1
                && LibCrypto.CipherUpdate(context.Pointer, keystream, &written, keystream, output.Length) == 1;
            Invariant.Holds(done && written == output.Length, "OpenSSL failed to derive a key");
        }
    }
}
