using System.Buffers.Binary;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier.Chain;

/// <summary>Finds how a batch was posted, with nothing but the chain: the time in the contract leads to the block, the block to the event.</summary>
internal sealed class PostingReader(ChainQuorum quorum, Deployment deployment)
{
    private readonly RollupDomain _domain = deployment.Domain();

    /// <summary>The posting that stands under an index on the pinned block's state.</summary>
    /// <exception cref="JudgementException">None stands, or the nodes give no agreeing and consistent answer.</exception>
    public async Task<BatchPosting> ReadAsync(ulong index, BlockHeader pin, CancellationToken cancellationToken)
    {
        var at = BlockTag.Hash(pin.Hash);
        PostedBatch? batch = await quorum.AgreeAsync(e => e.Rollup.GetBatchAsync(index, at, cancellationToken), $"batch {index}", b => $"{b}");
        if (batch is null)
            throw new JudgementException(VerdictCause.NotStanding, $"No batch {index} is posted at block {pin.Number}.");
        BatchStatus status = await StatusAsync(index, pin, cancellationToken);
        if (status is not (BatchStatus.Open or BatchStatus.Final))
            throw new JudgementException(VerdictCause.NotStanding, $"Batch {index} is {status}.");
        // Chains that build several blocks a second give them the same time.
        ulong first = await FirstBlockAtAsync(batch.PostedAt, pin, cancellationToken);
        ulong last = await FirstBlockAtAsync(batch.PostedAt + 1, pin, cancellationToken);
        BatchPosting posting = await quorum.AgreeAsync(
            e => FindAsync(e, batch, first, last, cancellationToken), $"the posting of batch {index}", p => $"{p}");
        if (BatchHash.Of(_domain, index, posting.ParentHash, posting.Header) != batch.BatchHash)
            throw new JudgementException(VerdictCause.ChainUnavailable, $"The event of batch {index} does not hash to {batch.BatchHash}.");
        BlockHeader block = await quorum.BlockAsync(posting.BlockNumber, cancellationToken);
        if ((block.Hash, block.Timestamp) != (posting.BlockHash, posting.PostedAt))
            throw new JudgementException(VerdictCause.ChainUnavailable, $"Block {posting.BlockNumber} is not the one that batch {index} was posted in.");
        return posting;
    }

    public Task<BatchStatus> StatusAsync(ulong index, BlockHeader pin, CancellationToken cancellationToken) => quorum.AgreeAsync(
        e => e.Rollup.GetStatusAsync(index, BlockTag.Hash(pin.Hash), cancellationToken), $"the status of batch {index}", s => $"{s}");

    // The first block of that time or later; the pinned one if all are earlier.
    private async Task<ulong> FirstBlockAtAsync(ulong time, BlockHeader pin, CancellationToken cancellationToken)
    {
        (ulong low, ulong high) = (Math.Min(deployment.DeployedAtBlock, pin.Number), pin.Number);
        while (low < high)
        {
            ulong middle = low + (high - low) / 2;
            BlockHeader block = await quorum.BlockAsync(middle, cancellationToken);
            if (block.Timestamp < time)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static async Task<BatchPosting> FindAsync(
        ChainEndpoint endpoint, PostedBatch batch, ulong first, ulong last, CancellationToken cancellationToken)
    {
        byte[] word = new byte[Bytes32.Size];
        BinaryPrimitives.WriteUInt64BigEndian(word.AsSpan(24), batch.Index);
        LogFilter filter = new()
        {
            FromBlock = first,
            ToBlock = last,
            Addresses = [endpoint.Rollup.Address],
            Topics = [[BatchPosted.Topic], [new Bytes32(word)], [batch.BatchHash]],
        };
        foreach (LogEntry log in await endpoint.Client.GetLogsAsync(filter, cancellationToken))
        {
            if (log.Address == endpoint.Rollup.Address && BatchPosted.TryDecode(log, out BatchPosted? posted) && Fits(posted, batch))
            {
                return new BatchPosting(
                    posted.Index, posted.BatchHash, posted.ParentHash, posted.ParentIndex, posted.Poster, posted.PostedAt, log.BlockNumber, log.BlockHash, posted.Header);
            }
        }

        throw new JudgementException(VerdictCause.ChainUnavailable, $"{endpoint.Name} has no event of batch {batch.Index} at {batch.PostedAt}.");
    }

    private static bool Fits(BatchPosted posted, PostedBatch batch) =>
        (posted.Index, posted.BatchHash, posted.Poster, posted.PostedAt, posted.ParentIndex, posted.Header.StateRoot)
        == (batch.Index, batch.BatchHash, batch.Poster, batch.PostedAt, batch.ParentIndex, batch.StateRoot);
}
