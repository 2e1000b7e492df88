using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.Rollup.Verification;

/// <summary>
/// Every rule of a leaf that needs nothing but its data and the contracts (protocol sections 4, 6, 7): all but accounting, which
/// depends on the leaves before, and re-execution. The sequencer calls it before it posts, the verifier after.
/// </summary>
public static class LeafRules
{
    /// <summary>Most slots of a pipeline.</summary>
    public const int MostShards = 16;

    /// <summary>The broken rules; none of an honest leaf.</summary>
    public static IReadOnlyList<LeafFinding> Check(BatchLeaf leaf, IReadOnlyList<QuoteItem> quotes, BatchContext context)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        ArgumentNullException.ThrowIfNull(quotes);
        ArgumentNullException.ThrowIfNull(context);
        LeafCheck check = new(leaf, quotes, context);
        RequestRules.Check(check);
        if (check.Model is null)
            return check.Findings;
        if (leaf.Receipt.Finish == FinishReason.Void)
        {
            FinishRules.CheckVoid(check);
            return check.Findings;
        }

        ShardRules.Check(check);
        FinishRules.Check(check);
        TokenRules.Check(check);
        return check.Findings;
    }

    /// <summary>
    /// The rules of a sealed job's ids, for who could open them and found them to be those that the request and the receipts commit: what public
    /// jobs are judged by in <see cref="Check"/>.
    /// </summary>
    /// <param name="leaf">A sealed leaf that broke no other rule.</param>
    /// <param name="model">Its model.</param>
    /// <param name="tokens">Ids at positions 0..T.</param>
    public static LeafFinding? OpenedFault(BatchLeaf leaf, ModelLimits model, ReadOnlySpan<uint> tokens)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        ArgumentNullException.ThrowIfNull(model);
        ReadOnlySpan<byte> bytes = TokenBytes.Encode(tokens);
        JobRequest request = leaf.Request.Message;
        return TokenRules.RangeFault(model, bytes) ?? TokenRules.StopFault(request, leaf.Receipt, bytes[((int)request.PromptTokens * sizeof(uint))..]);
    }

    /// <summary>The pipeline of a leaf in layer order, or null if a slot is not registered or the layers are not the model's.</summary>
    public static IReadOnlyList<Slot>? Pipeline(BatchLeaf leaf, IRollupView view)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        ArgumentNullException.ThrowIfNull(view);
        ModelLimits? model = view.Model(leaf.Request.Message.ModelId);
        Slot?[] slots = [.. leaf.Shards.Select(s => view.Slot(s.Receipt.Message.Slot))];
        return model is null || slots.Contains(null) || ShardRules.FirstGap(slots!, model.LayerCount) is not null ? null : [.. slots!];
    }
}
