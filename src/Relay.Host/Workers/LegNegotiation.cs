using Relay.Core.Sdp;

namespace Relay.Host.Workers;

/// <summary>
/// What the control plane remembers of a leg's offer: enough to tell an ICE restart from a repeated fragment, and to write
/// the relay's half of one.
/// </summary>
/// <param name="Session">What was negotiated.</param>
/// <param name="UsernameFragment">The client's newest ICE user name fragment.</param>
/// <param name="Password">The client's newest ICE password.</param>
internal sealed record LegNegotiation(NegotiatedSession Session, string UsernameFragment, string Password)
{
    public LegNegotiation(NegotiatedSession session)
        : this(session, session.RemoteUsernameFragment, session.RemotePassword)
    {
    }

    /// <summary>True if the fragment brings other credentials than the newest.</summary>
    public bool IsRestart(SdpFragment fragment) => fragment.IsRestartOf(UsernameFragment, Password);
}
