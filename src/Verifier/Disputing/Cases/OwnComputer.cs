using TeeTee.Inference.Disputes;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.Verifier.Judging;
using TeeTee.Verifier.Models;

namespace TeeTee.Verifier.Disputing;

/// <summary>Computes single positions of published jobs again, operator by operator.</summary>
internal sealed class OwnComputer(BatchVerification verification, RollupDomain domain)
{
    /// <summary>The canonical computation at a target; null where the job cannot be read, or its model is not held or not disputable.</summary>
    /// <param name="found">The batch.</param>
    /// <param name="target">Inside it.</param>
    /// <param name="slots">The leaf's pipeline.</param>
    /// <param name="cancellationToken">Ends the run between passes.</param>
    public Task<OwnComputation?> ComputeAsync(DisputeCase found, DisputeTarget target, IReadOnlyList<Slot> slots, CancellationToken cancellationToken) =>
        verification.WithModelsAsync((models, audit) => Compute(models, audit, domain, found, target, slots, cancellationToken), cancellationToken);

    private static OwnComputation? Compute(
        ModelLibrary models, SealedAudit audit, RollupDomain domain, DisputeCase found, DisputeTarget target, IReadOnlyList<Slot> slots, CancellationToken cancellationToken)
    {
        BatchLeaf leaf = found.Data!.Leaves[(int)target.Leaf];
        JobRequest request = leaf.Request.Message;
        bool isSealed = request.Privacy == PrivacyMode.Sealed;
        OpenedJob? opened = isSealed ? audit.TryOpen(leaf) : null;
        if (!models.Holds(request.ModelId) || isSealed && opened is null)
            return null;
        uint[]? tokens = opened?.Tokens;
        if (tokens is null && !TokenBytes.TryRead(leaf.Tokens.Span, out tokens))
            return null;
        // Only what the host itself signed can be held against it: its receipt must be about this request, these tokens and this leaf list.
        ShardReceipt receipt = leaf.Shards[(int)target.Shard].Receipt.Message;
        bool isItsOwn = receipt.JobId == domain.Digest(request) && receipt.Positions + 1 == tokens.Length
            && receipt.TokensRoot == TokenCommitment.Root(tokens, opened?.Salts.Tokens)
            && receipt.TraceRoot == TraceCommitment.Root(found.LeafList(target.Leaf, target.Shard));
        if (!isItsOwn)
            return null;
        DisputeContext context = Context(found, target, leaf, slots[(int)target.Shard], models);
        return context.Config.IsDisputable && target.Position + 1 < tokens.Length
            ? Expand(models, found, context, slots, tokens, opened?.Salts, cancellationToken)
            : null;
    }

    private static OwnComputation Expand(
        ModelLibrary models, DisputeCase found, DisputeContext context, IReadOnlyList<Slot> slots, uint[] tokens, CommitmentSalts? salts,
        CancellationToken cancellationToken)
    {
        int shard = (int)context.Shard;
        IReadOnlyList<ShardModel> shards = models.Load(
            context.ModelId, [.. slots.Take(shard + 1).Select(s => new LayerRange((int)s.FirstLayer, (int)s.LayerCount))]);
        ExpansionRequest request = new()
        {
            HiddenIn = OperatorExpansion.Inputs(shards, tokens.AsSpan(0, (int)context.Position + 1), throughLast: false, cancellationToken),
            Position = (int)context.Position,
            Sampling = context.HasPick
                ? new SamplingParameters(context.Sampling.Greedy, context.Sampling.InverseTemperatureBits, context.Sampling.Seed)
                : null,
            Salts = salts,
        };
        ExpandedPosition expanded = OperatorExpansion.Run(shards[shard], request, cancellationToken);
        try
        {
            var list = OperatorList.Build(context.Config, expanded.Outputs, salts);
            return new OwnComputation(
                context, list, expanded, models.Weights(context.ModelId, cancellationToken), found.LeafList(context.Leaf, context.Shard),
                tokens, salts);
        }
        catch
        {
            expanded.Dispose();
            throw;
        }
    }

    private static DisputeContext Context(DisputeCase found, DisputeTarget target, BatchLeaf leaf, Slot slot, ModelLibrary models)
    {
        ShardReceipt receipt = leaf.Shards[(int)target.Shard].Receipt.Message;
        JobRequest request = leaf.Request.Message;
        return new DisputeContext
        {
            BatchIndex = found.Posting.Index,
            BatchHash = found.BatchHash,
            Leaf = target.Leaf,
            Shard = target.Shard,
            Position = target.Position,
            Positions = receipt.Positions,
            Slot = receipt.Slot,
            Operator = receipt.Operator,
            ModelId = request.ModelId,
            WeightsRoot = models.Weights(request.ModelId, CancellationToken.None).Root,
            Config = ModelOf(models.ConfigOf(request.ModelId)),
            FirstLayer = slot.FirstLayer,
            LayerCount = slot.LayerCount,
            TokensRoot = receipt.TokensRoot,
            TraceRoot = receipt.TraceRoot,
            PromptTokens = request.PromptTokens,
            Sampling = request.Sampling,
            IsSealed = request.Privacy == PrivacyMode.Sealed,
        };
    }

    /// <summary>A held model as the contract knows it.</summary>
    public static DisputeModel ModelOf(ModelConfig c) => new(
        (uint)c.Architecture, (uint)c.VocabularySize, (uint)c.EmbeddingLength, (uint)c.FeedForwardLength, (uint)c.LayerCount, (uint)c.HeadCount,
        (uint)c.KvHeadCount, (uint)c.HeadDimension, (uint)c.RopeDimensions, (uint)c.ContextLength, c.RmsEpsilonBits, c.AttentionScaleBits,
        (uint)c.RopePairing, c.TiedOutput);
}
