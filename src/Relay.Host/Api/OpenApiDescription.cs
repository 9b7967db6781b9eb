using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Relay.Host.Api;

/// <summary>Marks endpoints that need the session's token.</summary>
internal sealed class BearerToken
{
    public static readonly BearerToken Instance = new();

    private BearerToken()
    {
    }
}

/// <summary>What the OpenAPI document says besides the endpoints.</summary>
internal static class OpenApiDescription
{
    private const string Scheme = "sessionToken";

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Relay pairing API",
                Version = "v1",
                Description = "Anonymous one-to-one video, voice and text chat through a media relay. "
                    + "Errors are application/problem+json (RFC 9457) with a member code.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The token that POST /v1/sessions gave.",
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<BearerToken>().Any())
            {
                var scheme = new OpenApiSecuritySchemeReference(Scheme, context.Document);
                operation.Security = [new OpenApiSecurityRequirement { [scheme] = [] }];
            }

            return Task.CompletedTask;
        });
    }
}
