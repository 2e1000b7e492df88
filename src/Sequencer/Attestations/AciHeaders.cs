using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace TeeTee.Sequencer.Attestations;

/// <summary>Names the attested keys of a sequencer that has some on what ACI clients look at.</summary>
internal static class AciHeaders
{
    /// <summary>The interface's version.</summary>
    public const string Version = "X-ACI-Version";

    /// <summary>Digest of the attested keys.</summary>
    public const string KeysetDigest = "X-ACI-Keyset-Digest";

    private static readonly PathString[] s_paths = ["/v1/aci", "/v1/chat/completions", "/v1/completions"];

    /// <summary>Adds the headers to answers under <c>/v1/aci</c> and of the completion endpoints, where the sequencer is attested.</summary>
    public static IApplicationBuilder UseAciHeaders(this IApplicationBuilder application)
    {
        AciIdentity identity = application.ApplicationServices.GetRequiredService<AciIdentity>();
        return application.Use((HttpContext http, RequestDelegate next) =>
        {
            if (identity.IsAttested && s_paths.Any(path => http.Request.Path.StartsWithSegments(path)))
            {
                http.Response.Headers[Version] = AciIdentity.Version;
                http.Response.Headers[KeysetDigest] = identity.KeysetDigest();
            }
            return next(http);
        });
    }
}
