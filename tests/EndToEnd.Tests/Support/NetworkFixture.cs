using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Inference.Models;

namespace TeeTee.EndToEnd.Tests;

/// <summary>One network for all tests of its collection, and a client of it.</summary>
public sealed class NetworkFixture : IAsyncLifetime
{
    private HttpClient _http = null!;

    internal DevNetwork Network { get; private set; } = null!;

    internal HttpJobClient Jobs { get; private set; } = null!;

    internal PrivateKey User { get; private set; } = null!;

    internal CanonicalModel Model { get; private set; } = null!;

    internal string UserKeyFile => Path.Combine(Network.State, "keys", "user.key");

    internal static string ModelPath => Repository.PathOf("models", "demo", "teetee-demo.gguf");

    public async Task InitializeAsync()
    {
        Network = await DevNetwork.StartAsync();
        _http = new HttpClient { BaseAddress = Network.Sequencer, Timeout = Timeout.InfiniteTimeSpan };
        Jobs = new HttpJobClient(_http, TimeSpan.FromSeconds(60), TimeProvider.System);
        User = KeyFile.Load(UserKeyFile);
        Model = CanonicalModel.Import(ModelPath);
    }

    public async Task DisposeAsync()
    {
        Model.Dispose();
        _http.Dispose();
        await Network.DisposeAsync();
    }

    /// <summary>A signed request for an answer of exactly <paramref name="outputTokens"/> greedy tokens.</summary>
    internal async Task<Asking> PrepareAsync(string text, uint outputTokens)
    {
        NodeInfo node = await OfferAsync();
        AccountInfo account = await Jobs.GetAccountAsync(User.Address, CancellationToken.None);
        return Asking.Create(node, node.Models[0], User, account, Model.Tokenizer.Encode(text, Model.Tokenizer.AddsBos), outputTokens);
    }

    /// <summary>Waits until no job of the user runs and returns its account.</summary>
    internal async Task<AccountInfo> SettledAccountAsync()
    {
        AccountInfo? account = null;
        await Limits.UntilAsync("no wei to be held", async () =>
        {
            account = await Jobs.GetAccountAsync(User.Address, CancellationToken.None);
            return account.Held == 0;
        });
        return account!;
    }

    /// <summary>What the sequencer offers once a whole pipeline serves: a test before may have killed a shard that is not back yet.</summary>
    public async Task<NodeInfo> OfferAsync()
    {
        NodeInfo? node = null;
        await Limits.UntilAsync("a complete pipeline", async () =>
        {
            node = await Jobs.GetInfoAsync(CancellationToken.None);
            return node.Models.Length == 1;
        });
        return node!;
    }
}
