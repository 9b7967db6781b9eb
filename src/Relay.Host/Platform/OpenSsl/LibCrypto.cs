using System.Runtime.InteropServices;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>The functions of libcrypto 3 that DTLS needs, under their own names.</summary>
internal static unsafe partial class LibCrypto
{
    internal const int EvpPkeyRsa = 6;
    internal const int EvpPkeyEc = 408;
    internal const int EvpPkeyRsaPss = 912;
    internal const int EvpMaxMdSize = 64;

    internal const int BioTypeSourceSink = 0x0400;
    internal const int BioFlagsRead = 0x01;
    internal const int BioFlagsRetryMask = 0x0F;
    internal const int BioFlagsShouldRetry = 0x08;
    internal const int BioCtrlFlush = 11;

    internal const int EvpCtrlAeadSetTag = 0x11;

    internal const int X509VOk = 0;
    internal const int X509VErrCertRejected = 28;
    internal const int X509VErrApplicationVerification = 50;

    private const string Library = "libcrypto.so.3";

    [LibraryImport(Library)]
    internal static partial void ERR_clear_error();

    [LibraryImport(Library)]
    internal static partial nuint ERR_peek_error();

    [LibraryImport(Library)]
    internal static partial int BIO_get_new_index();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BIO_meth_new(int type, string name);

    [LibraryImport(Library)]
    internal static partial int BIO_meth_set_read(nint method, delegate* unmanaged[Cdecl]<nint, byte*, int, int> read);

    [LibraryImport(Library)]
    internal static partial int BIO_meth_set_write(nint method, delegate* unmanaged[Cdecl]<nint, byte*, int, int> write);

    [LibraryImport(Library)]
    internal static partial int BIO_meth_set_ctrl(nint method, delegate* unmanaged[Cdecl]<nint, int, CLong, nint, CLong> ctrl);

    [LibraryImport(Library)]
    internal static partial nint BIO_new(nint method);

    [LibraryImport(Library)]
    internal static partial int BIO_free(nint bio);

    [LibraryImport(Library)]
    internal static partial void BIO_set_init(nint bio, int init);

    [LibraryImport(Library)]
    internal static partial void BIO_set_data(nint bio, nint data);

    [LibraryImport(Library)]
    internal static partial nint BIO_get_data(nint bio);

    [LibraryImport(Library)]
    internal static partial void BIO_set_flags(nint bio, int flags);

    [LibraryImport(Library)]
    internal static partial void BIO_clear_flags(nint bio, int flags);

    [LibraryImport(Library)]
    internal static partial nint EVP_aes_128_gcm();

    [LibraryImport(Library)]
    internal static partial nint EVP_aes_256_gcm();

    [LibraryImport(Library)]
    internal static partial nint EVP_CIPHER_CTX_new();

    [LibraryImport(Library)]
    internal static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(Library)]
    internal static partial int EVP_CIPHER_CTX_ctrl(nint context, int type, int argument, byte* pointer);

    [LibraryImport(Library)]
    internal static partial int EVP_DecryptInit_ex(nint context, nint cipher, nint engine, byte* key, byte* iv);

    [LibraryImport(Library)]
    internal static partial int EVP_DecryptUpdate(nint context, byte* output, int* outputLength, byte* input, int inputLength);

    [LibraryImport(Library)]
    internal static partial int EVP_DecryptFinal_ex(nint context, byte* output, int* outputLength);

    [LibraryImport(Library)]
    internal static partial nint EVP_sha256();

    [LibraryImport(Library)]
    internal static partial nint EVP_sha384();

    [LibraryImport(Library)]
    internal static partial nint EVP_sha512();

    [LibraryImport(Library)]
    internal static partial nint X509_get0_pubkey(nint certificate);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_get_base_id(nint key);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_get_bits(nint key);

    [LibraryImport(Library)]
    internal static partial int X509_digest(nint certificate, nint digest, byte* destination, uint* length);

    [LibraryImport(Library)]
    internal static partial nint X509_STORE_CTX_get0_cert(nint store);

    [LibraryImport(Library)]
    internal static partial nint X509_STORE_CTX_get_ex_data(nint store, int index);

    [LibraryImport(Library)]
    internal static partial void X509_STORE_CTX_set_error(nint store, int error);
}
