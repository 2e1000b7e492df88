using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TeeTee.Primitives;
using TeeTee.Sequencer.Data;

namespace TeeTee.Sequencer.Receipts;

/// <summary><c>/v1/receipts</c> (docs/api.md section 3).</summary>
internal static class ReceiptEndpoints
{
    public static IEndpointRouteBuilder MapReceipts(this IEndpointRouteBuilder endpoints)
    {
        ReceiptReader reader = endpoints.ServiceProvider.GetRequiredService<ReceiptReader>();
        endpoints.MapGet("/v1/receipts/{id}", context => FindAsync(context, reader));
        return endpoints;
    }

    private static Task FindAsync(HttpContext context, ReceiptReader reader)
    {
        if (!Bytes32.TryParse((string)context.Request.RouteValues["id"]!, out Bytes32 id))
            return ApiResult.InvalidAsync(context, "A receipt is named by its 0x job id.");
        return reader.Find(id) is { } receipt
            ? ApiResult.WriteAsync(context, 200, receipt)
            : ApiResult.NotFoundAsync(context, "There is no receipt of such a job; a running job has none yet.");
    }
}
