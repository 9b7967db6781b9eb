using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Relay.Host.Admin;

/// <summary>What the admin API's OpenAPI document says besides the endpoints.</summary>
internal static class AdminDescription
{
    private const string Scheme = "adminKey";

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Relay admin API",
                Version = "v1",
                Description = "Plain transports (RTP or SRTP legs without ICE and DTLS) and rooms built by hand. "
                    + "Errors are application/problem+json (RFC 9457) with a member code; details name the field.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The value of Admin:Key.",
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
            return Task.CompletedTask;
        });
    }
}
