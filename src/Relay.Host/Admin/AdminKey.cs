using System.Security.Cryptography;
using System.Text;
using Relay.Host.Api;

namespace Relay.Host.Admin;

/// <summary>Lets no request past that does not carry the operator's key.</summary>
internal sealed class AdminKey(string key)
{
    private const string BearerPrefix = "Bearer ";
    private const int HeaderMaxChars = 512;

    // Only the hash is kept, and hashes have one length: the time to compare tells nothing.
    private readonly byte[] _hash = SHA256.HashData(Encoding.ASCII.GetBytes(key));

    /// <summary>Whether an Authorization header carries the key.</summary>
    public bool Accepts(string header)
    {
        if (header.Length > HeaderMaxChars || !header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        byte[] claimed = SHA256.HashData(Encoding.UTF8.GetBytes(header[BearerPrefix.Length..].Trim()));
        return CryptographicOperations.FixedTimeEquals(claimed, _hash);
    }

    /// <summary>The middleware: 401 before anything of the request is looked at.</summary>
    public Task Apply(HttpContext context, RequestDelegate next) =>
        Accepts(context.Request.Headers.Authorization.ToString()) ? next(context) : Problem.NoAdminKey().ExecuteAsync(context);
}
