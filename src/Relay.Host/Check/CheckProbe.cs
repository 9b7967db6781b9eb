using System.Net;
using Relay.Core.Turn;

namespace Relay.Host.Check;

/// <summary>Tries one way to the relay.</summary>
/// <param name="target">Which.</param>
/// <param name="isLocal">True if the address is this machine's own, so that nothing on the way should change addresses.</param>
/// <param name="announced">The addresses that allocations may be at.</param>
/// <param name="limit">The longest wait for each step.</param>
internal sealed class CheckProbe(CheckTarget target, bool isLocal, IReadOnlySet<IPAddress> announced, TimeSpan limit)
{
    /// <summary>Connects, asks for a Binding and, with credentials, for an allocation.</summary>
    /// <param name="user">Null if there are no credentials to try.</param>
    public async Task<CheckLine> RunAsync(TurnUser? user)
    {
        try
        {
            using IProbeChannel channel = target.Transport == CheckTransport.Udp
                ? DatagramChannel.Open(target.EndPoint, limit)
                : await StreamChannel.OpenAsync(
                    target.EndPoint, target.Transport == CheckTransport.Tls ? target.Host : null, limit);
            var conversation = new StunConversation(channel);
            IPEndPoint mapped = await conversation.BindAsync();
            string seen = Describe(channel.Local, mapped);
            string relayed = user is null ? string.Empty : ", TURN relays from " + Check(await conversation.AllocateAsync(user));
            return new CheckLine(CheckOutcome.Ok, $"{target}: STUN answers{seen}{relayed}");
        }
        catch (ProbeException e)
        {
            return new CheckLine(CheckOutcome.Failed, $"{target}: {e.Message}");
        }
    }

    // Relays that share a secret take each other's credentials, so that a name that leads to the wrong one goes unnoticed.
    private IPEndPoint Check(IPEndPoint relayed) => announced.Contains(relayed.Address)
        ? relayed
        : throw new ProbeException(
            $"TURN relays from {relayed.Address}, which is none of Media:AnnouncedAddresses: another relay with the same secret answers "
            + "there, or the running one has other options");

    private string Describe(IPEndPoint local, IPEndPoint mapped)
    {
        if (mapped.Address.Equals(local.Address))
        {
            return string.Empty;
        }

        return isLocal
            ? throw new ProbeException(
                $"the relay sees this machine as {mapped.Address} instead of {local.Address}, although the address is its own: a "
                + "proxy or a NAT on this host (a container's published port?) hides clients' addresses, and another server may "
                + "answer for the relay")
            : $", which sees this machine as {mapped.Address} (a NAT is in between)";
    }
}
