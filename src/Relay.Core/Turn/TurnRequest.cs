using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>A request on its way through the server: what came, from whom, and what is known of it by now.</summary>
internal ref struct TurnRequest
{
    public StunMessageReader Message;

    /// <summary>Bytes of the message.</summary>
    public int Length;

    /// <summary>The client's flow.</summary>
    public TransportAddress Client;

    /// <summary>The client's real address.</summary>
    public TransportAddress Mapped;

    public Instant Now;

    /// <summary>The allocation of the flow, if it has one.</summary>
    public TurnAllocation? Allocation;

    /// <summary>The allocation elsewhere that the request shows a MOBILITY-TICKET of.</summary>
    public TurnAllocation? Ticketed;

    /// <summary>Room for the key, <see cref="LongTermKey.MaxBytes"/>.</summary>
    public Span<byte> KeyBuffer;

    /// <summary>Bytes of the key; 0 until the request is authenticated.</summary>
    public int KeyLength;

    /// <summary><see cref="TurnAuthentication.AnswersSha256"/>.</summary>
    public bool AnswersSha256;

    /// <summary><see cref="TurnAuthentication.User"/>.</summary>
    public UInt128 User;

    /// <summary><see cref="TurnAuthentication.Account"/>.</summary>
    public UInt128 Account;

    /// <summary>The key that the answer is signed with; empty until the request is authenticated.</summary>
    public readonly ReadOnlySpan<byte> Key => KeyBuffer[..KeyLength];

    /// <summary>True over TCP and TLS, where a handshake has shown that the source is there.</summary>
    public readonly bool IsStream => VirtualAddress.KindOf(Client) == VirtualAddressKind.Stream;
}
