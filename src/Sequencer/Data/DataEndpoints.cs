using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;

namespace TeeTee.Sequencer.Data;

/// <summary><c>/v1/batches</c> and <c>/v1/data</c> (docs/api.md section 1).</summary>
internal static class DataEndpoints
{
    // Content addressed, so it never changes.
    private const string Forever = "public, max-age=31536000, immutable";

    public static IEndpointRouteBuilder MapData(this IEndpointRouteBuilder endpoints)
    {
        BatchReader reader = endpoints.ServiceProvider.GetRequiredService<BatchReader>();
        endpoints.MapGet("/v1/batches", context => ListAsync(context, reader));
        endpoints.MapGet("/v1/batches/{id}", context => FindAsync(context, reader));
        endpoints.MapGet("/v1/data/{hash}", context => ChunkAsync(context, reader));
        return endpoints;
    }

    private static Task ListAsync(HttpContext context, BatchReader reader)
    {
        ulong from = 0;
        ulong limit = BatchReader.MostListed;
        if (!TryRead(context, "from", ref from) || !TryRead(context, "limit", ref limit) || limit == 0)
            return ApiResult.InvalidAsync(context, "from and limit are decimal numbers; limit is at least 1.");
        return ApiResult.WriteAsync(context, 200, reader.List(from, (int)Math.Min(limit, BatchReader.MostListed)));
    }

    private static Task FindAsync(HttpContext context, BatchReader reader)
    {
        string id = (string)context.Request.RouteValues["id"]!;
        bool isIndex = ulong.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out ulong index);
        if (!Bytes32.TryParse(id, out Bytes32 hash) && !isIndex)
            return ApiResult.InvalidAsync(context, "A batch is named by its decimal index or its 0x hash.");
        BatchInfo? batch = isIndex ? reader.Find(index) : reader.Find(hash);
        return batch is null ? ApiResult.NotFoundAsync(context, "There is no such batch.") : ApiResult.WriteAsync(context, 200, batch);
    }

    private static Task ChunkAsync(HttpContext context, BatchReader reader)
    {
        if (!Bytes32.TryParse((string)context.Request.RouteValues["hash"]!, out Bytes32 hash))
            return ApiResult.InvalidAsync(context, "A chunk is named by its 0x keccak256.");
        if (reader.Chunk(hash) is not { } bytes)
            return ApiResult.NotFoundAsync(context, "There is no such chunk.");
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.CacheControl = Forever;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private static bool TryRead(HttpContext context, string name, ref ulong value)
    {
        var text = context.Request.Query[name];
        return text.Count == 0 || (text.Count == 1 && ulong.TryParse(text[0], NumberStyles.None, CultureInfo.InvariantCulture, out value));
    }
}
