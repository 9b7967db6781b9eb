using Relay.Core.Sdp;

namespace Relay.Host.Workers;

/// <summary>What the control plane remembers of a leg's offer: enough to tell an ICE restart from a repeated fragment.</summary>
internal sealed class LegNegotiation(NegotiatedSession session)
{
    private readonly Lock _lock = new();
    private string _usernameFragment = session.RemoteUsernameFragment;
    private string _password = session.RemotePassword;

    public NegotiatedSession Session { get; } = session;

    /// <summary>True if the fragment brings new credentials; they are remembered.</summary>
    public bool TryRestart(SdpFragment fragment)
    {
        lock (_lock)
        {
            if (!fragment.IsRestartOf(_usernameFragment, _password))
            {
                return false;
            }

            _usernameFragment = fragment.UsernameFragment!;
            _password = fragment.Password!;
            return true;
        }
    }
}
