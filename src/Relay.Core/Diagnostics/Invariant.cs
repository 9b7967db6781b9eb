using System.Diagnostics.CodeAnalysis;

namespace Relay.Core.Diagnostics;

/// <summary>Fails fast on our own bugs. Never called on anything that the network decides.</summary>
public static class Invariant
{
    /// <exception cref="InvalidOperationException">The condition does not hold: a bug in the relay.</exception>
    public static void Holds([DoesNotReturnIf(false)] bool condition, string what)
    {
        if (!condition)
        {
            Broken(what);
        }
    }

    [DoesNotReturn]
    private static void Broken(string what) => throw new InvalidOperationException("Invariant broken: " + what);
}
