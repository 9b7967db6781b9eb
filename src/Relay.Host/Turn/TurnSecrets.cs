using System.Buffers.Text;
using System.Security.Cryptography;
using Relay.Host.Configuration;

namespace Relay.Host.Turn;

/// <summary>The secret behind time-limited credentials when the operator gives none.</summary>
internal static class TurnSecrets
{
    private const int SecretBytes = 32;

    /// <summary>
    /// Draws a secret if there is none: whoever makes credentials and whoever checks them read the same options.
    /// </summary>
    public static void EnsureOne(TurnServiceOptions options)
    {
        if (options.Secrets.Count == 0)
        {
            options.Secrets = [Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))];
        }
    }
}
