using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>How long an allocation lives (RFC 8656 sections 7.2 and 8.2).</summary>
internal static class TurnLifetime
{
    /// <summary>What a client that asks for so many seconds gets; 0 asks for the usual.</summary>
    public static TimeSpan Clamp(uint seconds, TurnOptions options)
    {
        var wanted = TimeSpan.FromSeconds(seconds);
        return wanted < options.LifetimeMin ? options.LifetimeMin
            : wanted > options.LifetimeMax ? options.LifetimeMax
            : wanted;
    }

    /// <summary>LIFETIME.</summary>
    public static bool Add(scoped ref StunMessageWriter writer, TimeSpan lifetime) =>
        writer.AddUInt32(StunAttributeType.Lifetime, (uint)(lifetime.Ticks / TimeSpan.TicksPerSecond));
}
