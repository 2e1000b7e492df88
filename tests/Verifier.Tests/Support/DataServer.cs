using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;

namespace TeeTee.Verifier.Tests.Support;

/// <summary>Serves batch data as a sequencer does, with a hook between what it has and what it says.</summary>
internal sealed class DataServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, byte[]> _content = new(StringComparer.Ordinal);
    private WebApplication _application = null!;
    private int _requests;

    public Uri Address { get; private set; } = null!;

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Answers in place of the server; false lets it answer. The path, the bytes it has, the request's number.</summary>
    public Func<HttpContext, byte[]?, int, Task<bool>> Intercept { get; set; } = (_, _, _) => Task.FromResult(false);

    public static async Task<DataServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        DataServer server = new() { _application = builder.Build() };
        server._application.Run(server.AnswerAsync);
        await server._application.StartAsync();
        server.Address = new Uri(server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return server;
    }

    public void Publish(ulong index, Bytes32 hash, IReadOnlyList<DataChunk> chunks)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new
        {
            index,
            hash = hash.ToString(),
            chunks = chunks.Select(c => new
            {
                leaf = c.Record.Item.Leaf,
                kind = (int)c.Record.Item.Kind,
                part = c.Record.Item.Part,
                number = c.Record.Number,
                itemLength = c.Record.ItemLength,
                hash = c.Record.Hash.ToString(),
            }),
        });
        _content[$"/v1/batches/{hash}"] = json;
        foreach (DataChunk chunk in chunks)
            _content[$"/v1/data/{chunk.Record.Hash}"] = chunk.Bytes.ToArray();
    }

    public void Drop(Bytes32 chunk) => _content.TryRemove($"/v1/data/{chunk}", out _);

    public void DropBatch(Bytes32 hash) => _content.TryRemove($"/v1/batches/{hash}", out _);

    public void Change(Bytes32 chunk, Func<byte[], byte[]> change) =>
        _content[$"/v1/data/{chunk}"] = change([.. _content[$"/v1/data/{chunk}"]]);

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        int number = Interlocked.Increment(ref _requests);
        byte[]? bytes = _content.GetValueOrDefault(context.Request.Path.Value!);
        if (await Intercept(context, bytes, number))
            return;
        if (bytes is null)
        {
            context.Response.StatusCode = 404;
            return;
        }

        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes);
    }
}
