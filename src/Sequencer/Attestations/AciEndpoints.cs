using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TeeTee.Hosting.Limits;
using TeeTee.Sequencer.Jobs;

namespace TeeTee.Sequencer.Attestations;

/// <summary><c>/v1/aci</c>: the sequencer's own attestation and its sessions with shards.</summary>
internal sealed class AciEndpoints(AciAttestor attestor, AciSessionBook sessions)
{
    private const int IdDigits = 64;

    /// <summary><c>GET /v1/aci/attestation?nonce=</c>.</summary>
    public async Task AttestAsync(HttpContext http)
    {
        string nonce = AttestationQuery.One(http.Request.Query, "nonce") ?? throw Refusal.Invalid("nonce is absent; it must be 64 lower-case hex digits.");
        if (!IsLowerHex(nonce))
            throw Refusal.Invalid($"nonce has {nonce.Length} characters; it must be 64 lower-case hex digits.");
        await WriteAsync(http, await attestor.AttestAsync(nonce, http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary><c>GET /v1/aci/sessions?upstream_name=&amp;model=</c>.</summary>
    public async Task ListSessionsAsync(HttpContext http)
    {
        string? upstream = AttestationQuery.One(http.Request.Query, "upstream_name");
        string? model = AttestationQuery.One(http.Request.Query, "model");
        JsonArray list = [.. (await ListAsync(upstream, model, http.RequestAborted).ConfigureAwait(false)).Select(Entry)];
        await WriteAsync(http, new JsonObject { ["api_version"] = AciIdentity.Version, ["sessions"] = list }.ToJsonString()).ConfigureAwait(false);
    }

    /// <summary><c>GET /v1/aci/sessions/{id}</c>: exactly the document whose canonical form has this hash.</summary>
    public Task FindSessionAsync(HttpContext http)
    {
        string id = (string)http.Request.RouteValues["id"]!;
        if (!IsLowerHex(id))
            throw Refusal.Invalid("A session is named by 64 lower-case hex digits.");
        AciSession session = sessions.Find(id) ?? throw Refusal.NotFound("There is no such session, or it is long gone.");
        return WriteAsync(http, session.Document.ToJsonString());
    }

    /// <summary><c>GET /v1/aci/receipts/{id}</c>: not offered.</summary>
    public static Task RefuseReceiptAsync() => throw Refusal.NotImplemented(
        "ACI receipts are Ed25519 signatures, which this version does not make; /v1/receipts/{id} has the shards' receipts, quotes and batch of an answer.");

    private async Task<ImmutableArray<AciSession>> ListAsync(string? upstream, string? model, CancellationToken cancellationToken)
    {
        try
        {
            return await sessions.ListAsync(upstream, model, cancellationToken).ConfigureAwait(false);
        }
        catch (OverloadedException fault)
        {
            throw Refusal.Overloaded($"Too many ask for sessions: {fault.Message}");
        }
    }

    private static JsonObject Entry(AciSession session)
    {
        // The evidence is long; the session itself has it.
        JsonObject entry = new() { ["session_id"] = session.Id };
        foreach ((string name, JsonNode? value) in session.Document)
        {
            if (name != "evidence")
                entry[name] = value?.DeepClone();
        }
        return entry;
    }

    private static bool IsLowerHex(string text) => text.Length == IdDigits && text.All(char.IsAsciiHexDigitLower);

    private static Task WriteAsync(HttpContext http, string json)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsync(json, Encoding.UTF8, http.RequestAborted);
    }
}
