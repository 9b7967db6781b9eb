using System.Runtime.InteropServices;
using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

/// <summary>What a client of the relay's never does, and others may.</summary>
internal static unsafe partial class ClientMisuse
{
    private const string Library = "libssl.so.3";
    private const ulong OpNoExtendedMasterSecret = 1UL << 0;
    private const ulong OpNoRenegotiation = 1UL << 30;

    /// <summary>Makes the ClientHello larger than a datagram, as post-quantum key shares do.</summary>
    internal static void EnlargeClientHello(OpenSslDtlsAssociation client, int bytes)
    {
        byte[] names = new byte[bytes];
        const int NameBytes = 100;
        for (int i = 0; i < bytes; i += NameBytes)
        {
            names[i] = (byte)(Math.Min(NameBytes, bytes - i) - 1);
        }

        fixed (byte* protocols = names)
        {
            Assert.Equal(0, SSL_set_alpn_protos(client.Ssl, protocols, (uint)bytes));
        }
    }

    internal static void OfferCipher(OpenSslDtlsAssociation client, string cipher) =>
        Assert.Equal(1, SSL_set_cipher_list(client.Ssl, cipher));

    internal static void OfferGroups(OpenSslDtlsAssociation client, string groups)
    {
        const int CtrlSetGroupsList = 92;
        fixed (byte* list = System.Text.Encoding.ASCII.GetBytes(groups + '\0'))
        {
            Assert.Equal(1, LibSsl.SSL_ctrl(client.Ssl, CtrlSetGroupsList, default, list).Value);
        }
    }

    internal static void OmitExtendedMasterSecret(OpenSslDtlsAssociation client) => SSL_set_options(client.Ssl, OpNoExtendedMasterSecret);

    internal static void Renegotiate(OpenSslDtlsAssociation client)
    {
        Assert.Equal(1, LibSsl.SSL_alloc_buffers(client.Ssl));
        SSL_clear_options(client.Ssl, OpNoRenegotiation);
        Assert.Equal(1, SSL_renegotiate(client.Ssl));
        _ = SSL_do_handshake(client.Ssl);
    }

    internal static void SendApplicationData(OpenSslDtlsAssociation client, ReadOnlySpan<byte> data)
    {
        Assert.Equal(1, LibSsl.SSL_alloc_buffers(client.Ssl));
        fixed (byte* source = data)
        {
            Assert.Equal(data.Length, SSL_write(client.Ssl, source, data.Length));
        }
    }

    [LibraryImport(Library)]
    private static partial int SSL_set_alpn_protos(nint ssl, byte* protocols, uint length);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SSL_set_cipher_list(nint ssl, string ciphers);

    [LibraryImport(Library)]
    private static partial ulong SSL_set_options(nint ssl, ulong options);

    [LibraryImport(Library)]
    private static partial ulong SSL_clear_options(nint ssl, ulong options);

    [LibraryImport(Library)]
    private static partial int SSL_renegotiate(nint ssl);

    [LibraryImport(Library)]
    private static partial int SSL_do_handshake(nint ssl);

    [LibraryImport(Library)]
    private static partial int SSL_write(nint ssl, byte* source, int length);
}
