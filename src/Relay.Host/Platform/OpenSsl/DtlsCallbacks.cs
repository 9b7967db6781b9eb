using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>
/// What OpenSSL calls back: a BIO that keeps the borders between datagrams (a memory BIO would join them), the
/// retransmission timer and the judgement on the peer's certificate. Each finds its association through a <see cref="GCHandle"/>. None may throw.
/// </summary>
internal static unsafe class DtlsCallbacks
{
    /// <summary>The slot for the association's handle among an SSL object's application data.</summary>
    internal const int AssociationIndex = 0;

    private static readonly int StoreSslIndex = LibSsl.SSL_get_ex_data_X509_STORE_CTX_idx();
    private static readonly nint BioMethod = CreateBioMethod();

    /// <summary>A BIO that reads from and writes to the association; 0 if out of memory.</summary>
    internal static nint CreateBio(GCHandle association)
    {
        nint bio = LibCrypto.BIO_new(BioMethod);
        if (bio != 0)
        {
            LibCrypto.BIO_set_data(bio, GCHandle.ToIntPtr(association));
            LibCrypto.BIO_set_init(bio, 1);
        }

        return bio;
    }

    internal static void SetTimer(nint ssl) => LibSsl.DTLS_set_timer_cb(ssl, &HandleTimer);

    internal static void SetVerification(nint context) => LibSsl.SSL_CTX_set_cert_verify_callback(context, &VerifyPeer, 0);

    // One for the whole process, never freed.
    private static nint CreateBioMethod()
    {
        nint method = LibCrypto.BIO_meth_new(LibCrypto.BIO_get_new_index() | LibCrypto.BioTypeSourceSink, "datagram");
        if (method == 0
            || LibCrypto.BIO_meth_set_read(method, &Read) == 0
            || LibCrypto.BIO_meth_set_write(method, &Write) == 0
            || LibCrypto.BIO_meth_set_ctrl(method, &Control) == 0)
        {
            throw new InvalidOperationException("OpenSSL could not make a BIO method.");
        }

        return method;
    }

    private static OpenSslDtlsAssociation AssociationOf(nint handle) =>
        Unsafe.As<OpenSslDtlsAssociation>(GCHandle.FromIntPtr(handle).Target!);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint bio, byte* destination, int length)
    {
        LibCrypto.BIO_clear_flags(bio, LibCrypto.BioFlagsRetryMask);
        int read = AssociationOf(LibCrypto.BIO_get_data(bio)).TakeIncoming(new Span<byte>(destination, length));
        if (read > 0)
        {
            return read;
        }

        LibCrypto.BIO_set_flags(bio, LibCrypto.BioFlagsRead | LibCrypto.BioFlagsShouldRetry);
        return -1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(nint bio, byte* source, int length)
    {
        LibCrypto.BIO_clear_flags(bio, LibCrypto.BioFlagsRetryMask);
        AssociationOf(LibCrypto.BIO_get_data(bio)).PutOutgoing(new ReadOnlySpan<byte>(source, length));
        return length;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CLong Control(nint bio, int command, CLong argument, nint pointer) =>
        new(command == LibCrypto.BioCtrlFlush ? 1 : 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static uint HandleTimer(nint ssl, uint microseconds) =>
        AssociationOf(LibSsl.SSL_get_ex_data(ssl, AssociationIndex)).HandleOpenSslTimer(microseconds);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int VerifyPeer(nint store, nint argument)
    {
        nint ssl = LibCrypto.X509_STORE_CTX_get_ex_data(store, StoreSslIndex);
        nint certificate = LibCrypto.X509_STORE_CTX_get0_cert(store);
        int error = AssociationOf(LibSsl.SSL_get_ex_data(ssl, AssociationIndex)).VerifyPeer(certificate);
        LibCrypto.X509_STORE_CTX_set_error(store, error);
        return error == LibCrypto.X509VOk ? 1 : 0;
    }
}
