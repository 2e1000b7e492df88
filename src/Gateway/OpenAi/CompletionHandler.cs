using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;

namespace TeeTee.Gateway.OpenAi;

/// <summary>Serves one request of either completion endpoint: read, sign, relay, verify.</summary>
internal sealed class CompletionHandler(OpenAiGateway gateway, ILogger<OpenAiGateway> log)
{
    /// <summary>Answers a request, whose body <paramref name="read"/> understands.</summary>
    public Task ServeAsync(HttpContext http, Func<ReadOnlyMemory<byte>, OpenAiRequest> read) =>
        GuardAsync(http, async (session, response) =>
        {
            ReadOnlyMemory<byte> body = await RequestBody.ReadAsync(http.Request, gateway.Options.MostBodyBytes, http.RequestAborted).ConfigureAwait(false);
            OpenAiRequest request = read(body);
            NodeInfo node = await gateway.Jobs.GetInfoAsync(http.RequestAborted).ConfigureAwait(false);
            (ModelInfo offer, GatewayModel model) = gateway.FindModel(node, request.Model);
            JobPrompt prompt = await gateway.ProtectAsync(
                PromptEncoder.Encode(request, model, offer, gateway.Options), node, offer, http.RequestAborted).ConfigureAwait(false);
            await using RunningJob job = await session.Signer.StartAsync(node, offer, prompt, http.RequestAborted).ConfigureAwait(false);
            http.Response.Headers["X-Receipt-Id"] = job.JobId.ToString();
            AnswerReader reader = new(job, gateway.Jobs, node, offer, gateway.Recovery);
            AnswerPieces pieces = new(reader, new AnswerText(model.Tokenizer, request.IsChat), new StopFilter(request.Stop), session.Signer, node, job);
            await RelayAsync(http, request, pieces, new AnswerFormat(request, offer, job.JobId, gateway.Clock.GetUtcNow()), response).ConfigureAwait(false);
        });

    /// <summary><c>GET /v1/models</c> or, with a name, one of them.</summary>
    public Task ServeModelsAsync(HttpContext http, string? name) =>
        GuardAsync(http, async (_, response) =>
        {
            NodeInfo node = await gateway.Jobs.GetInfoAsync(http.RequestAborted).ConfigureAwait(false);
            object body = name is null
                ? new { @object = "list", data = gateway.Offers(node).Select(pair => ModelObject(pair.Offer)).ToArray() }
                : ModelObject(gateway.FindModel(node, name).Offer);
            await response.WriteJsonAsync(body).ConfigureAwait(false);
        });

    /// <summary>An address that is none of the API.</summary>
    public Task ServeNothingAsync(HttpContext http) =>
        GuardAsync(http, (_, _) => throw new OpenAiException(OpenAiErrors.Of("not_found", "There is no such endpoint.")));

    private async Task GuardAsync(HttpContext http, Func<GatewaySession, OpenAiResponse, Task> work)
    {
        http.Response.Headers[RequestId.Header] = RequestId.For(http.Request);
        OpenAiResponse response = new(http);
        try
        {
            await work(Authenticate(http.Request), response).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; nobody is left to answer.
        }
        catch (Exception fault)
        {
            if (OpenAiErrors.From(fault) is null)
                GatewayLog.Unexpected(log, fault, http.Response.Headers[RequestId.Header].ToString());
            else if (fault is AnswerFaultException)
                GatewayLog.AnswerRefused(log, fault.Message);
            await response.WriteErrorAsync(OpenAiErrors.From(fault) ?? OpenAiErrors.Of("internal", "The gateway failed; its log has the request id.")).ConfigureAwait(false);
        }
    }

    private GatewaySession Authenticate(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        string header = request.Headers.Authorization.ToString();
        string? key = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
        return gateway.Keys.Find(key)
            ?? throw new OpenAiException(OpenAiErrors.Of("unauthorized", key is null ? "No API key: send Authorization: Bearer." : "The API key is not known."));
    }

    private static async Task RelayAsync(HttpContext http, OpenAiRequest request, AnswerPieces pieces, AnswerFormat format, OpenAiResponse response)
    {
        try
        {
            if (request.Stream)
                await StreamAsync(http, request, pieces, format, response).ConfigureAwait(false);
            else
                await CollectAsync(http, pieces, format, response).ConfigureAwait(false);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            await pieces.HangUpAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task CollectAsync(HttpContext http, AnswerPieces pieces, AnswerFormat format, OpenAiResponse response)
    {
        StringBuilder text = new();
        await foreach (string piece in pieces.ReadAsync(http.RequestAborted).ConfigureAwait(false))
            text.Append(piece);
        await response.WriteJsonAsync(format.Whole(text.ToString(), pieces.FinishReason, pieces.Finished)).ConfigureAwait(false);
    }

    /// <summary>Nothing is sent before the first text or the end, so that a job that cannot run still has its real status.</summary>
    private static async Task StreamAsync(HttpContext http, OpenAiRequest request, AnswerPieces pieces, AnswerFormat format, OpenAiResponse response)
    {
        JsonObject? opening = format.Opening();
        await foreach (string piece in pieces.ReadAsync(http.RequestAborted).ConfigureAwait(false))
        {
            await OpenAsync().ConfigureAwait(false);
            await response.WriteEventAsync(format.Piece(piece)).ConfigureAwait(false);
        }
        await OpenAsync().ConfigureAwait(false);
        await response.WriteEventAsync(format.Ending(pieces.FinishReason, pieces.Finished)).ConfigureAwait(false);
        if (request.IncludeUsage)
            await response.WriteEventAsync(format.UsageChunk(pieces.Finished)).ConfigureAwait(false);
        await response.WriteDoneAsync().ConfigureAwait(false);

        async Task OpenAsync()
        {
            if (opening is null)
                return;
            await response.WriteEventAsync(opening).ConfigureAwait(false);
            opening = null;
        }
    }

    private object ModelObject(ModelInfo offer) => new
    {
        id = offer.Name,
        @object = "model",
        created = 0,
        owned_by = "teetee",
        teetee = new
        {
            modelId = offer.ModelId.ToString(),
            contextLength = offer.ContextLength,
            promptPrice = offer.PromptPrice.ToString(System.Globalization.CultureInfo.InvariantCulture),
            outputPrice = offer.OutputPrice.ToString(System.Globalization.CultureInfo.InvariantCulture),
            shards = offer.Slots.Length,
        },
    };
}
