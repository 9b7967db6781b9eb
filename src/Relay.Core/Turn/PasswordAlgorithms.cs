using System.Buffers.Binary;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

// RFC 8489 section 14.12, the value of PASSWORD-ALGORITHM; PASSWORD-ALGORITHMS (section 14.11) is several in a row, the best
// first. Neither MD5 nor SHA-256 has parameters.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |          Algorithm           |  Algorithm Parameters Length   |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                Algorithm Parameters (variable)
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>Which password algorithms are offered, and which one a request chose (RFC 8489 sections 9.2.4 and 14.11).</summary>
public static class PasswordAlgorithms
{
    private const int EntryBytes = 4;
    private const int ParametersLengthOffset = 2;

    /// <summary>The value of PASSWORD-ALGORITHMS: SHA-256, MD5.</summary>
    public static ReadOnlySpan<byte> Offered => [0, (byte)PasswordAlgorithm.Sha256, 0, 0, 0, (byte)PasswordAlgorithm.Md5, 0, 0];

    /// <summary>
    /// Which algorithm a request is to be checked with (RFC 8489 section 9.2.4); false is 400. A client that names none means
    /// MD5. Where the nonce carries <see cref="SecurityFeatures.PasswordAlgorithms"/>, one that names one must repeat our
    /// list, so that a list that was changed on the way is noticed.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="features">What the request's nonce says.</param>
    /// <param name="algorithm">MD5 or SHA-256.</param>
    /// <param name="isChosen">The client named it; the answer then carries MESSAGE-INTEGRITY-SHA256.</param>
    public static bool TryChoose(
        in StunMessageReader request, SecurityFeatures features, out PasswordAlgorithm algorithm, out bool isChosen)
    {
        algorithm = PasswordAlgorithm.Md5;
        isChosen = request.TryGetAttribute(StunAttributeType.PasswordAlgorithm, out ReadOnlySpan<byte> chosen);
        bool hasList = request.TryGetAttribute(StunAttributeType.PasswordAlgorithms, out ReadOnlySpan<byte> list);
        if (!isChosen && !hasList)
        {
            return true;
        }

        bool isOurs = hasList && list.SequenceEqual(Offered);
        bool mustRepeat = (features & SecurityFeatures.PasswordAlgorithms) != SecurityFeatures.None;
        return isChosen && (isOurs || (!hasList && !mustRepeat)) && TryRead(chosen, out algorithm);
    }

    /// <summary>Reads PASSWORD-ALGORITHM; false if it is none of those offered, or has parameters.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out PasswordAlgorithm algorithm)
    {
        algorithm = PasswordAlgorithm.None;
        if (value.Length != EntryBytes || BinaryPrimitives.ReadUInt16BigEndian(value[ParametersLengthOffset..]) != 0)
        {
            return false;
        }

        algorithm = (PasswordAlgorithm)BinaryPrimitives.ReadUInt16BigEndian(value);
        return algorithm is PasswordAlgorithm.Md5 or PasswordAlgorithm.Sha256;
    }
}
