using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>One datagram that the server sent.</summary>
internal sealed record TurnSent(byte[] Bytes, TransportAddress To, int Via, bool DontFragment)
{
    public StunMessageReader Stun
    {
        get
        {
            Assert.Equal(DropReason.None, StunMessageReader.TryParse(Bytes, out StunMessageReader message));
            return message;
        }
    }

    public bool IsSuccess => Stun.Class == StunClass.SuccessResponse;

    /// <summary>ERROR-CODE; 0 for a success.</summary>
    public int Error
    {
        get
        {
            Stun.TryGetErrorCode(out int code);
            Assert.Equal(code == 0, IsSuccess);
            return code;
        }
    }

    /// <summary>LIFETIME in seconds.</summary>
    public uint Lifetime
    {
        get
        {
            Assert.True(Stun.TryGetUInt32(StunAttributeType.Lifetime, out uint seconds));
            return seconds;
        }
    }

    /// <summary>CONNECTION-ID.</summary>
    public uint ConnectionId
    {
        get
        {
            Assert.True(Stun.TryGetUInt32(StunAttributeType.ConnectionId, out uint id));
            return id;
        }
    }

    /// <summary>The payload and where it came from, of ChannelData or a Data indication.</summary>
    public (byte[] Payload, ushort Channel, TransportAddress Peer) Data
    {
        get
        {
            if (ChannelData.LooksLikeChannelData(Bytes))
            {
                Assert.Equal(DropReason.None, ChannelData.TryParse(Bytes, out ChannelData data));
                return (data.Data.ToArray(), data.Channel, default);
            }

            Assert.Equal(StunClass.Indication, Stun.Class);
            Assert.Equal(StunMethod.Data, Stun.Method);
            Assert.True(Stun.TryGetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer));
            Assert.True(Stun.TryGetAttribute(StunAttributeType.Data, out ReadOnlySpan<byte> value));
            return (value.ToArray(), 0, peer);
        }
    }

    /// <summary>XOR-RELAYED-ADDRESS, each.</summary>
    public List<TransportAddress> Relayed
    {
        get
        {
            List<TransportAddress> all = [];
            int position = 0;
            while (Stun.TryGetNextAttribute(StunAttributeType.XorRelayedAddress, ref position, out ReadOnlySpan<byte> value))
            {
                Assert.True(StunXorAddress.TryRead(value, Stun.TransactionId, out TransportAddress address));
                all.Add(address);
            }

            return all;
        }
    }

    /// <summary>An attribute's value; null if it is not there.</summary>
    public byte[]? Get(ushort type) => Stun.TryGetAttribute(type, out ReadOnlySpan<byte> value) ? value.ToArray() : null;
}
