using System.Runtime.CompilerServices;

namespace Relay.Core.Srtp;

/// <summary>
/// OpenSSL's SHA_CTX: five chaining words, two length words, sixteen data words and a count. Plain memory, so a keyed
/// state is copied by assignment.
/// </summary>
[InlineArray(Words)]
internal struct Sha1State
{
    public const int Words = 24;

    private uint _word;
}
