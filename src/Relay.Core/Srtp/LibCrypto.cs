using System.Runtime.InteropServices;

namespace Relay.Core.Srtp;

/// <summary>
/// The calls into OpenSSL 3's libcrypto that SRTP needs, all blittable. SuppressGCTransition is left off on purpose: a
/// call over a full packet takes long enough to hold up the collector.
/// </summary>
internal static unsafe partial class LibCrypto
{
    /// <summary>EVP_CTRL_AEAD_SET_IVLEN.</summary>
    public const int ControlSetIvLength = 0x9;

    /// <summary>EVP_CTRL_AEAD_GET_TAG.</summary>
    public const int ControlGetTag = 0x10;

    /// <summary>EVP_CTRL_AEAD_SET_TAG.</summary>
    public const int ControlSetTag = 0x11;

    /// <summary>The direction argument that leaves a context's direction as it is.</summary>
    public const int KeepDirection = -1;

    private const string Library = "libcrypto.so.3";

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_new")]
    public static partial nint CipherContextNew();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_free")]
    public static partial void CipherContextFree(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_ctrl")]
    public static partial int CipherContextControl(nint context, int type, int argument, void* pointer);

    [LibraryImport(Library, EntryPoint = "EVP_CipherInit_ex")]
    public static partial int CipherInit(nint context, nint cipher, nint engine, byte* key, byte* iv, int encrypt);

    [LibraryImport(Library, EntryPoint = "EVP_CipherUpdate")]
    public static partial int CipherUpdate(nint context, byte* output, int* outputLength, byte* input, int inputLength);

    [LibraryImport(Library, EntryPoint = "EVP_CipherFinal_ex")]
    public static partial int CipherFinal(nint context, byte* output, int* outputLength);

    [LibraryImport(Library, EntryPoint = "EVP_aes_128_gcm")]
    public static partial nint Aes128Gcm();

    [LibraryImport(Library, EntryPoint = "EVP_aes_256_gcm")]
    public static partial nint Aes256Gcm();

    [LibraryImport(Library, EntryPoint = "EVP_aes_128_ctr")]
    public static partial nint Aes128Ctr();

    [LibraryImport(Library, EntryPoint = "EVP_aes_256_ctr")]
    public static partial nint Aes256Ctr();

    [LibraryImport(Library, EntryPoint = "SHA1_Init")]
    public static partial int Sha1Init(Sha1State* state);

    [LibraryImport(Library, EntryPoint = "SHA1_Update")]
    public static partial int Sha1Update(Sha1State* state, byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "SHA1_Final")]
    public static partial int Sha1Final(byte* digest, Sha1State* state);
}
