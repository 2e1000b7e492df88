using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TeeTee.Rollup.Json;
using TeeTee.Verifier.Following;

namespace TeeTee.Verifier.Service;

/// <summary>What the verifier tells over HTTP.</summary>
internal static class VerdictEndpoints
{
    private const int MostAtOnce = 1_000;

    /// <summary>GET /v1/verdicts?from=INDEX&amp;limit=N, oldest first, and /v1/verdicts/INDEX.</summary>
    public static void MapVerdicts(this IEndpointRouteBuilder endpoints, BatchBook book)
    {
        endpoints.MapGet("/v1/verdicts", (HttpContext context) => List(context.Request, book));
        endpoints.MapGet("/v1/verdicts/{index}", (string index) => ulong.TryParse(index, out ulong value) && book.Find(value) is { } entry
            ? Results.Json(entry, RollupJson.Options)
            : Error(404, "not_found", $"There is no verdict about batch {index}."));
    }

    private static IResult List(HttpRequest request, BatchBook book)
    {
        if (!TryNumber(request, "from", 0, out ulong from) || !TryNumber(request, "limit", 100, out ulong limit) || limit > MostAtOnce)
            return Error(400, "invalid_request", $"from and limit are numbers; limit is at most {MostAtOnce}.");
        BatchEntry[] verdicts = [.. book.Entries.Values.SkipWhile(e => e.Index < from).Take((int)limit)];
        return Results.Json(new VerdictList(book.DoneThrough, verdicts), RollupJson.Options);
    }

    private static bool TryNumber(HttpRequest request, string name, ulong absent, out ulong value)
    {
        value = absent;
        return !request.Query.TryGetValue(name, out var text) || ulong.TryParse(text, out value);
    }

    private static IResult Error(int status, string code, string message) =>
        Results.Json(new { error = new { code, message } }, statusCode: status);
}
