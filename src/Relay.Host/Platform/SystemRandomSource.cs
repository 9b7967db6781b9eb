using System.Security.Cryptography;
using Relay.Core.Primitives;

namespace Relay.Host.Platform;

/// <summary>The operating system's cryptographic randomness. Safe from any thread.</summary>
public sealed class SystemRandomSource : RandomSource
{
    public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
