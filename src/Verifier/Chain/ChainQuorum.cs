using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Evidence;
using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier.Chain;

/// <summary>All configured nodes as one: an answer counts only if every node gives the same on the same block.</summary>
internal sealed class ChainQuorum(IReadOnlyList<ChainEndpoint> endpoints, BlockTag tag)
{
    /// <summary>The newest block at the tag that every node has.</summary>
    public async Task<BlockHeader> PinAsync(CancellationToken cancellationToken)
    {
        BlockHeader[] heads = await AllAsync(e => BlockAsync(e, tag, cancellationToken));
        ulong number = heads.Min(h => h.Number);
        return await AgreeAsync(e => BlockAsync(e, BlockTag.Number(number), cancellationToken), $"block {number}", h => $"{h.Hash}");
    }

    /// <summary>The block of a number on every node's chain.</summary>
    public Task<BlockHeader> BlockAsync(ulong number, CancellationToken cancellationToken) =>
        AgreeAsync(e => BlockAsync(e, BlockTag.Number(number), cancellationToken), $"block {number}", h => $"{h.Hash}");

    /// <summary>The one answer of all nodes.</summary>
    /// <param name="what">What is read, for the message.</param>
    /// <param name="fingerprint">Equal for equal answers alone.</param>
    /// <exception cref="JudgementException">A node gives none, or they differ.</exception>
    public async Task<T> AgreeAsync<T>(Func<ChainEndpoint, Task<T>> read, string what, Func<T, string> fingerprint)
    {
        T[] answers = await AllAsync(read);
        string first = fingerprint(answers[0]);
        for (int i = 1; i < answers.Length; i++)
        {
            string other = fingerprint(answers[i]);
            if (first != other)
            {
                throw new JudgementException(
                    VerdictCause.ChainsDisagree, $"{endpoints[0].Name} and {endpoints[i].Name} give different answers about {what}.");
            }
        }

        return answers[0];
    }

    private async Task<T[]> AllAsync<T>(Func<ChainEndpoint, Task<T>> read) => await Task.WhenAll(endpoints.Select(e => GuardedAsync(e, read)));

    private static async Task<T> GuardedAsync<T>(ChainEndpoint endpoint, Func<ChainEndpoint, Task<T>> read)
    {
        try
        {
            return await read(endpoint);
        }
        catch (Exception e) when (e is RpcTransportException or JsonRpcException or MalformedDataException)
        {
            throw new JudgementException(VerdictCause.ChainUnavailable, $"{endpoint.Name}: {e.Message}", e);
        }
    }

    private static async Task<BlockHeader> BlockAsync(ChainEndpoint endpoint, BlockTag block, CancellationToken cancellationToken) =>
        await endpoint.Client.GetBlockAsync(block, cancellationToken)
        ?? throw new JudgementException(VerdictCause.ChainUnavailable, $"{endpoint.Name} has no block {block}.");
}
