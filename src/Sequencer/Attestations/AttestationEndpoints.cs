using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Sequencer.Jobs;

namespace TeeTee.Sequencer.Attestations;

/// <summary><c>/v1/attestation</c> and <c>/v1/aci</c> (docs/api.md section 6).</summary>
internal static class AttestationEndpoints
{
    /// <summary>Maps the endpoints; <see cref="Api.ApiErrors.UseApiErrors"/> must be in front of them.</summary>
    public static IEndpointRouteBuilder MapAttestation(this IEndpointRouteBuilder endpoints)
    {
        AttestationReporter reporter = endpoints.ServiceProvider.GetRequiredService<AttestationReporter>();
        endpoints.MapGet("/v1/attestation/report", http => TypedAsync(() => ReportAsync(http, reporter)));
        CollateralStore collaterals = endpoints.ServiceProvider.GetRequiredService<CollateralStore>();
        endpoints.MapGet("/v1/attestation/collateral/{hash}", http => TypedAsync(() => CollateralAsync(http, collaterals)));
        AciEndpoints aci = endpoints.ServiceProvider.GetRequiredService<AciEndpoints>();
        endpoints.MapGet("/v1/aci/attestation", http => TypedAsync(() => aci.AttestAsync(http)));
        endpoints.MapGet("/v1/aci/sessions", http => TypedAsync(() => aci.ListSessionsAsync(http)));
        endpoints.MapGet("/v1/aci/sessions/{id}", http => TypedAsync(() => aci.FindSessionAsync(http)));
        endpoints.MapGet("/v1/aci/receipts/{id}", http => TypedAsync(AciEndpoints.RefuseReceiptAsync));
        return endpoints;
    }

    private static async Task ReportAsync(HttpContext http, AttestationReporter reporter)
    {
        AttestationQuery query = AttestationQuery.Read(http.Request.Query);
        ModelOffer offer = reporter.FindModel(query.Model);
        AttestationReport report = await reporter.ReportAsync(offer, query.Nonce, query.RequestNonce, http.RequestAborted).ConfigureAwait(false);
        if (query.SigningAddress is { } wanted && report.Entries.All(entry => entry.Details.SigningKey != wanted))
            throw Refusal.NotFound($"No shard of {offer.Name} that answers signs with {wanted}.");
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsJsonAsync(report, JobApiJson.Options, http.RequestAborted).ConfigureAwait(false);
    }

    private static async Task CollateralAsync(HttpContext http, CollateralStore collaterals)
    {
        if (!Bytes32.TryParse((string)http.Request.RouteValues["hash"]!, out Bytes32 hash))
            throw Refusal.Invalid("Collateral is named by 0x and the 64 hex digits of its container's keccak256.");
        byte[] container = collaterals.Find(hash) ?? throw Refusal.NotFound("No quote was accepted here by such collateral.");
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        await http.Response.Body.WriteAsync(container, http.RequestAborted).ConfigureAwait(false);
    }

    // Errors of this surface have a type beside our code, as those who know it from elsewhere expect.
    private static async Task TypedAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (JobApiException refusal) when (refusal.Type is null)
        {
            throw new JobApiException(refusal.Status, refusal.Code, refusal.Message, refusal.RetryAfter, refusal) { Type = TypeOf(refusal.Code) };
        }
    }

    private static string TypeOf(string code) => code switch
    {
        "invalid_request" => "bad_request",
        "model_not_found" => "not_found",
        "shard_unavailable" => "server_error",
        _ => code,
    };
}
