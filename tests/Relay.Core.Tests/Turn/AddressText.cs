using System.Net;
using Relay.Core.Primitives;

namespace Relay.Core.Tests.Turn;

internal static class AddressText
{
    public static TransportAddress Peer(string address, int port = 5000) =>
        TransportAddress.FromEndPoint(new IPEndPoint(IPAddress.Parse(address), port));

    public static UInt128 Of(string address) => Peer(address).Address;
}
