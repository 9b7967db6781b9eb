using Relay.Core.Diagnostics;
using Relay.Core.Dtls;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>
/// Which records of a datagram are worth opening: those at its start that are whole, and of protected ones no more than honest
/// peers send. One for each association.
/// </summary>
internal struct DtlsScreen
{
    /// <summary>
    /// OpenSSL keeps records of the coming epoch, each in a buffer of 17 KB, until the keys are there. An honest peer sends one
    /// with each transmission of its last flight: nine in 15 s if it begins with 50 ms, as browsers do.
    /// </summary>
    internal const int EarlyRecordsMax = 13;

    /// <summary>
    /// In one datagram, once connected. An honest peer sends one, its Finished again or an alert; whether it is authentic takes
    /// as long to find out as a packet of media takes to forward.
    /// </summary>
    internal const int ProtectedRecordsMax = 4;

    // Explicit nonce and tag of AES-GCM (RFC 5288 section 3). OpenSSL 3.0 ends the association, though the record is not
    // authentic, when a protected record is shorter.
    private const int ProtectedFragmentMinBytes = 8 + 16;

    private int _earlyRecords;

    /// <summary>Finds how much of the datagram's start may be read on.</summary>
    /// <param name="datagram">As it came.</param>
    /// <param name="isConnecting">The handshake has not ended.</param>
    /// <param name="length">Bytes of the records that pass; 0 unless the result is None.</param>
    /// <returns>None, DtlsMalformed, or DtlsUnexpected for too many records of the coming epoch.</returns>
    internal DropReason Pass(ReadOnlySpan<byte> datagram, bool isConnecting, out int length)
    {
        length = 0;
        int protectedRecords = 0;
        bool isTooMany = false;
        while (!isTooMany && DtlsRecordReader.TryRead(datagram[length..], out DtlsRecordReader record) == DropReason.None)
        {
            if (record.Epoch != 0)
            {
                if (record.Fragment.Length < ProtectedFragmentMinBytes)
                {
                    break;
                }

                isTooMany = isConnecting ? ++_earlyRecords > EarlyRecordsMax : ++protectedRecords > ProtectedRecordsMax;
            }

            length += isTooMany ? 0 : record.Record.Length;
        }

        return length > 0 ? DropReason.None
            : isTooMany ? DropReason.DtlsUnexpected
            : DropReason.DtlsMalformed;
    }
}
