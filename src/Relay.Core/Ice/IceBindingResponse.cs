using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Ice;

/// <summary>
/// Writes answers to authenticated binding requests (RFC 8445 section 7.3); each carries MESSAGE-INTEGRITY and FINGERPRINT.
/// </summary>
public static class IceBindingResponse
{
    /// <summary>No answer is longer.</summary>
    public const int MaxBytes = 160;

    /// <summary>How many unknown attributes a 420 answer lists.</summary>
    public const int MaxUnknownAttributes = 8;

    /// <summary>Success with XOR-MAPPED-ADDRESS; returns the length.</summary>
    public static int WriteSuccess(
        ReadOnlySpan<byte> transactionId, in TransportAddress mapped, ReadOnlySpan<byte> password, Span<byte> destination)
    {
        var writer = new StunMessageWriter(destination);
        return Finish(
            ref writer,
            writer.WriteHeader(StunClass.SuccessResponse, StunMethod.Binding, transactionId)
                && writer.AddXorMappedAddress(mapped),
            password);
    }

    /// <summary>An error with its code and phrase; returns the length.</summary>
    public static int WriteError(
        ReadOnlySpan<byte> transactionId, int code, ReadOnlySpan<byte> password, Span<byte> destination)
    {
        var writer = new StunMessageWriter(destination);
        return Finish(
            ref writer,
            writer.WriteHeader(StunClass.ErrorResponse, StunMethod.Binding, transactionId)
                && writer.AddErrorCode(code, ReasonOf(code)),
            password);
    }

    /// <summary>420 with UNKNOWN-ATTRIBUTES (RFC 8489 section 6.3.1); returns the length.</summary>
    public static int WriteUnknownAttributes(
        ReadOnlySpan<byte> transactionId, ReadOnlySpan<ushort> unknown, ReadOnlySpan<byte> password, Span<byte> destination)
    {
        var writer = new StunMessageWriter(destination);
        return Finish(
            ref writer,
            writer.WriteHeader(StunClass.ErrorResponse, StunMethod.Binding, transactionId)
                && writer.AddErrorCode(StunErrorCode.UnknownAttribute, ReasonOf(StunErrorCode.UnknownAttribute))
                && writer.AddUnknownAttributes(unknown),
            password);
    }

    private static int Finish(ref StunMessageWriter writer, bool written, ReadOnlySpan<byte> password)
    {
        written = written && writer.AddMessageIntegrity(password) && writer.AddFingerprint();
        Invariant.Holds(written, "a binding response fits into its buffer");
        return writer.Length;
    }

    private static ReadOnlySpan<byte> ReasonOf(int code) => code switch
    {
        StunErrorCode.UnknownAttribute => "Unknown Attribute"u8,
        StunErrorCode.RoleConflict => "Role Conflict"u8,
        _ => "Bad Request"u8,
    };
}
