using TeeTee.Cli.Devnet;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests.Devnet;

public sealed class ModelListingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-listing-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Read_Llama_IsListedWithItsShape()
    {
        ModelListing listing = ModelListing.Read(await SynthAsync("tiny"), CancellationToken.None);

        Assert.Equal((1u, 1u, 8u, 0u), (listing.Config.Architecture, listing.Config.LayerCount, listing.Config.ContextLength, listing.Config.RopePairing));
    }

    [Theory]
    [InlineData("tiny-qwen2", "qwen2")]
    [InlineData("tiny-qwen3", "qwen3")]
    public async Task Read_OtherArchitecture_IsRefusedByName(string shape, string architecture)
    {
        string file = await SynthAsync(shape);

        FailureException failure = Assert.Throws<FailureException>(() => ModelListing.Read(file, CancellationToken.None));

        Assert.Equal((ExitCode.Model, "not_listable"), (failure.ExitCode, failure.Code));
        Assert.Contains(architecture, failure.Message, StringComparison.Ordinal);
    }

    private async Task<string> SynthAsync(string shape)
    {
        string file = Path.Combine(_folder, $"{shape}.gguf");
        await CommandRun.RunAsync("model", "synth", "--shape", shape, "--layers", "1", "--context", "8", "--out", file);
        return file;
    }
}
