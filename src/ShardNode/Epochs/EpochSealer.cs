using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Sources;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.Rollup.Poea;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardNode.Storage;

namespace TeeTee.ShardNode.Epochs;

/// <summary>
/// Seals epochs on the shard's own timer: closes those that are over, so that they take no receipt any more, then has each closed set
/// quoted and stores the quote. What a crash left closed but unsealed is sealed on the next round.
/// </summary>
/// <param name="disputed">Trace roots of receipts in dispute, whose evidence stays however old it is; null while they are not known, and nothing is deleted.</param>
internal sealed class EpochSealer(
    ShardSelf self, ReceiptBook book, ShardStore store, IQuoteSource quotes, string inputFolder, Readiness readiness, ShardMetrics metrics,
    TimeProvider clock, ILogger logger, Func<IReadOnlyCollection<Bytes32>?> disputed)
{
    private const string Part = "quotes";

    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pruneEvery = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Seals until cancelled; a quote that fails is tried again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(s_tick, clock);
        long pruned = clock.GetTimestamp();
        do
        {
            await SealOrReportAsync(cancellationToken);
            if (clock.GetElapsedTime(pruned) < s_pruneEvery)
                continue;
            pruned = clock.GetTimestamp();
            Prune();
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    /// <summary>Seals every epoch that is over.</summary>
    /// <exception cref="IOException">The quote source refuses.</exception>
    public async Task SealAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            foreach (ulong epoch in store.Epochs.Close((long)book.CurrentEpoch - 1))
                await SealAsync(epoch, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Deletes evidence that nobody can ask for any more.</summary>
    public void Prune()
    {
        if (disputed() is not { } kept)
            return;
        ulong now = (ulong)clock.GetUtcNow().ToUnixTimeSeconds();
        ulong retention = (ulong)self.Limits.DefenceRetention.TotalSeconds;
        foreach (Bytes32 jobId in store.Prune(now > retention ? now - retention : 0, kept))
            File.Delete(InputFile.PathOf(inputFolder, jobId));
    }

    private async Task SealAsync(ulong epoch, CancellationToken cancellationToken)
    {
        ExecutionTree tree = new(store.Epochs.DigestsOf(epoch));
        byte[] report = ReportData.ForEpoch(
            self.Domain, self.Slot.ModelId, self.Slot.SlotId, self.Slot.Operator, epoch, tree.Root, self.SigningKey, self.EncryptionKey);
        byte[] quote = await quotes.GetQuoteAsync(report, cancellationToken);
        store.Epochs.Add(new SealedEpoch(epoch, tree.Root, tree.Digests, self.SigningKey, self.EncryptionKey, quote));
        metrics.EpochSealed();
        ShardLog.EpochSealed(logger, epoch, tree.Digests.Length);
    }

    private async Task SealOrReportAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SealAsync(cancellationToken);
            readiness.Clear(Part);
        }
        catch (Exception e) when (e is IOException or Microsoft.Data.Sqlite.SqliteException)
        {
            ShardLog.SealFailed(logger, e);
            readiness.Block(Part, $"Epochs cannot be sealed: {e.Message}");
        }
    }
}
