using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Verification;
using TeeTee.Verifier.Chain;
using TeeTee.Verifier.Models;

namespace TeeTee.Verifier.Judging;

/// <summary>Draws a batch's sample and runs it again. Leaves that agreed stay agreed when a later attempt continues.</summary>
internal sealed class SampleJudge(ModelLibrary models, SealedAudit audit, double rate)
{
    private readonly JobReexecution _jobs = new(models);
    private readonly Dictionary<Bytes32, HashSet<uint>> _agreed = [];

    /// <param name="broken">Leaves that break a rule: they are run as far as they can be, because a fault for which nobody pays must not shelter one that costs a stake.</param>
    /// <param name="fresh">True runs everything, with weights read from the files again.</param>
    /// <exception cref="JudgementException">The model of a drawn job is not held.</exception>
    /// <exception cref="OperationCanceledException">Ended between two jobs or passes.</exception>
    public SampleOutcome Run(
        BatchPosting posting, BatchData data, IRollupView view, IReadOnlySet<uint> broken, Bytes32 seed, bool fresh, CancellationToken cancellationToken)
    {
        uint[] answered = [.. Indices(data).Where(i => data.Leaves[(int)i].Receipt.Finish != FinishReason.Void)];
        Dictionary<uint, OpenedJob?> read = answered.Where(i => IsSealed(data, i)).ToDictionary(i => i, i => audit.TryOpen(data.Leaves[(int)i]));
        ImmutableArray<uint> closed = [.. read.Where(pair => pair.Value is null).Select(pair => pair.Key)];
        ImmutableArray<uint> checkable = [.. answered.Except(closed)];
        ImmutableArray<uint> sampled = SampleDraw.Draw(seed, checkable, rate);
        if (fresh)
            models.DropLoaded();
        ImmutableArray<uint> held = [.. sampled.Where(i => models.Holds(data.Leaves[(int)i].Request.Message.ModelId))];
        List<ReexecutionFinding> findings = RunAll(posting, data, view, held, broken, read, fresh, cancellationToken);
        // What the others show stands; only a batch without any fault waits for a model that is not here.
        if (findings.Count == 0)
            RequireModels(data, sampled);
        return new SampleOutcome(checkable, closed, held, [.. findings]);
    }

    /// <summary>Forgets the progress on a batch that is done.</summary>
    public void Forget(Bytes32 batchHash) => _agreed.Remove(batchHash);

    private List<ReexecutionFinding> RunAll(
        BatchPosting posting, BatchData data, IRollupView view, ImmutableArray<uint> sampled, IReadOnlySet<uint> broken, Dictionary<uint, OpenedJob?> read,
        bool fresh, CancellationToken cancellationToken)
    {
        HashSet<uint> agreed = Agreed(posting.BatchHash);
        List<ReexecutionFinding> findings = [];
        foreach (uint index in sampled)
        {
            if (!fresh && agreed.Contains(index))
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            if (TryRun(posting, data, view, index, broken.Contains(index), read.GetValueOrDefault(index), cancellationToken) is not { } found)
                continue;
            findings.AddRange(found);
            if (found.Count == 0)
                agreed.Add(index);
        }

        return findings;
    }

    // Null where a leaf that breaks a rule cannot be run for that.
    private IReadOnlyList<ReexecutionFinding>? TryRun(
        BatchPosting posting, BatchData data, IRollupView view, uint index, bool isBroken, OpenedJob? opened, CancellationToken cancellationToken)
    {
        BatchLeaf leaf = data.Leaves[(int)index];
        try
        {
            IReadOnlyList<Slot> slots = LeafRules.Pipeline(leaf, view)
                ?? throw new InvalidOperationException($"Leaf {index} of batch {posting.Index} passed the rules without a pipeline.");
            return _jobs.Run(index, leaf, slots, view.Model(leaf.Request.Message.ModelId)!, opened, cancellationToken);
        }
        catch (Exception e) when (isBroken && e is not OperationCanceledException)
        {
            return null;
        }
    }

    private HashSet<uint> Agreed(Bytes32 batchHash)
    {
        if (!_agreed.TryGetValue(batchHash, out HashSet<uint>? agreed))
            _agreed[batchHash] = agreed = [];
        return agreed;
    }

    private void RequireModels(BatchData data, ImmutableArray<uint> sampled)
    {
        foreach (uint index in sampled)
        {
            Bytes32 modelId = data.Leaves[(int)index].Request.Message.ModelId;
            if (!models.Holds(modelId))
                throw new JudgementException(VerdictCause.ModelMissing, $"Leaf {index} was drawn, but the weights of model {modelId} are not here.");
        }
    }

    private static bool IsSealed(BatchData data, uint index) => data.Leaves[(int)index].Request.Message.Privacy == PrivacyMode.Sealed;

    private static IEnumerable<uint> Indices(BatchData data) => Enumerable.Range(0, data.Leaves.Length).Select(i => (uint)i);
}
