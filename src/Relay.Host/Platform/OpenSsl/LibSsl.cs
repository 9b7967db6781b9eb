using System.Runtime.InteropServices;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>The functions of libssl 3 that DTLS needs, under their own names.</summary>
internal static unsafe partial class LibSsl
{
    internal const int Dtls12Version = 0xFEFD;

    internal const int ErrorWantRead = 2;
    internal const int ErrorSystemCall = 5;
    internal const int ErrorZeroReturn = 6;

    internal const int VerifyPeer = 0x01;
    internal const int VerifyFailIfNoPeerCert = 0x02;

    internal const int CtrlSetMtu = 17;
    internal const int CtrlSetReadAhead = 41;
    internal const int CtrlSetSessionCacheMode = 44;
    internal const int CtrlSetMaxCertList = 51;
    internal const int CtrlSetGroupsList = 92;
    internal const int CtrlSetMinProtoVersion = 123;
    internal const int CtrlSetMaxProtoVersion = 124;

    internal const ulong OpNoQueryMtu = 1UL << 12;
    internal const ulong OpNoTicket = 1UL << 14;
    internal const ulong OpNoCompression = 1UL << 17;
    internal const ulong OpCipherServerPreference = 1UL << 22;
    internal const ulong OpNoRenegotiation = 1UL << 30;

    private const string Library = "libssl.so.3";

    [LibraryImport(Library)]
    internal static partial nint DTLS_method();

    [LibraryImport(Library)]
    internal static partial nint SSL_CTX_new(nint method);

    [LibraryImport(Library)]
    internal static partial void SSL_CTX_free(nint context);

    [LibraryImport(Library)]
    internal static partial CLong SSL_CTX_ctrl(nint context, int command, CLong argument, void* pointer);

    [LibraryImport(Library)]
    internal static partial ulong SSL_CTX_set_options(nint context, ulong options);

    [LibraryImport(Library)]
    internal static partial void SSL_CTX_set_security_level(nint context, int level);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_CTX_set_cipher_list(nint context, string ciphers);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_CTX_set_tlsext_use_srtp(nint context, string profiles);

    [LibraryImport(Library)]
    internal static partial int SSL_CTX_use_certificate_ASN1(nint context, int length, byte* der);

    [LibraryImport(Library)]
    internal static partial int SSL_CTX_use_PrivateKey_ASN1(int keyType, nint context, byte* der, CLong length);

    [LibraryImport(Library)]
    internal static partial int SSL_CTX_check_private_key(nint context);

    [LibraryImport(Library)]
    internal static partial void SSL_CTX_set_verify(nint context, int mode, nint callback);

    [LibraryImport(Library)]
    internal static partial void SSL_CTX_set_cert_verify_callback(
        nint context, delegate* unmanaged[Cdecl]<nint, nint, int> callback, nint argument);

    [LibraryImport(Library)]
    internal static partial nint SSL_new(nint context);

    [LibraryImport(Library)]
    internal static partial void SSL_free(nint ssl);

    [LibraryImport(Library)]
    internal static partial CLong SSL_ctrl(nint ssl, int command, CLong argument, void* pointer);

    [LibraryImport(Library)]
    internal static partial void SSL_set_bio(nint ssl, nint read, nint write);

    [LibraryImport(Library)]
    internal static partial void SSL_set_accept_state(nint ssl);

    [LibraryImport(Library)]
    internal static partial void SSL_set_connect_state(nint ssl);

    [LibraryImport(Library)]
    internal static partial int SSL_set_ex_data(nint ssl, int index, nint data);

    [LibraryImport(Library)]
    internal static partial nint SSL_get_ex_data(nint ssl, int index);

    [LibraryImport(Library)]
    internal static partial int SSL_get_ex_data_X509_STORE_CTX_idx();

    [LibraryImport(Library)]
    internal static partial void DTLS_set_timer_cb(nint ssl, delegate* unmanaged[Cdecl]<nint, uint, uint> callback);

    [LibraryImport(Library)]
    internal static partial int SSL_do_handshake(nint ssl);

    [LibraryImport(Library)]
    internal static partial int SSL_in_init(nint ssl);

    [LibraryImport(Library)]
    internal static partial int SSL_read(nint ssl, byte* destination, int length);

    [LibraryImport(Library)]
    internal static partial int SSL_shutdown(nint ssl);

    [LibraryImport(Library)]
    internal static partial int SSL_free_buffers(nint ssl);

    [LibraryImport(Library)]
    internal static partial int SSL_alloc_buffers(nint ssl);

    [LibraryImport(Library)]
    internal static partial int SSL_get_error(nint ssl, int result);

    [LibraryImport(Library)]
    internal static partial SrtpProtectionProfile* SSL_get_selected_srtp_profile(nint ssl);

    [LibraryImport(Library)]
    internal static partial nint SSL_get_current_cipher(nint ssl);

    [LibraryImport(Library)]
    internal static partial uint SSL_CIPHER_get_id(nint cipher);

    [LibraryImport(Library)]
    internal static partial nint SSL_get_session(nint ssl);

    [LibraryImport(Library)]
    internal static partial nuint SSL_SESSION_get_master_key(nint session, byte* destination, nuint length);

    [LibraryImport(Library)]
    internal static partial nuint SSL_get_client_random(nint ssl, byte* destination, nuint length);

    [LibraryImport(Library)]
    internal static partial nuint SSL_get_server_random(nint ssl, byte* destination, nuint length);

    [LibraryImport(Library)]
    internal static partial int SSL_export_keying_material(
        nint ssl,
        byte* destination,
        nuint length,
        byte* label,
        nuint labelLength,
        byte* context,
        nuint contextLength,
        int useContext);

    /// <summary><c>SRTP_PROTECTION_PROFILE</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct SrtpProtectionProfile
    {
        internal readonly nint Name;
        internal readonly CULong Id;
    }
}
