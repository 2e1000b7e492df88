using System.Collections.Immutable;
using TeeTee.Gateway.Jobs;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Gateway.Contracts;

/// <summary>
/// Whether those whose signatures a client is going to accept are those whom the contract knows. Without it a sequencer could name keys of its
/// own, and every signature of a made-up answer would hold. Pure.
/// </summary>
public static class NodeVerification
{
    /// <summary>Most slots of a pipeline (protocol section 5).</summary>
    public const int MostSlots = 16;

    /// <summary>The first thing that is not as the contracts have it, or null.</summary>
    /// <param name="node">What the sequencer says of itself.</param>
    /// <param name="models">Those of its models that the client is going to use; all their slots are in <paramref name="facts"/>.</param>
    /// <param name="facts">What the contracts say.</param>
    public static string? FirstFault(NodeInfo node, IReadOnlyList<ModelInfo> models, NodeFacts facts) =>
        facts.IsPoster
            ? models.Select(model => FirstFault(model, facts)).FirstOrDefault(fault => fault is not null)
            : $"{node.Sequencer} may not post batches by the contract";

    private static string? FirstFault(ModelInfo model, NodeFacts facts)
    {
        if (!facts.Models.TryGetValue(model.ModelId, out ListedModel? listed) || listed.LayerCount != model.LayerCount || listed.ContextLength != model.ContextLength)
            return $"model {model.ModelId} of {model.LayerCount} layers and {model.ContextLength} positions is not listed so in the contract";
        uint next = 0;
        foreach (SlotInfo slot in model.Slots)
        {
            if (slot.FirstLayer != next)
                return $"slot {slot.SlotId} begins at layer {slot.FirstLayer}, the one before ends at {next}";
            if (FirstFault(model, slot, facts) is { } fault)
                return fault;
            next += slot.LayerCount;
        }
        return next == model.LayerCount ? null : $"the pipeline ends at layer {next} of {model.LayerCount}";
    }

    private static string? FirstFault(ModelInfo model, SlotInfo slot, NodeFacts facts)
    {
        Slot claimed = new(slot.SlotId, slot.Operator, model.ModelId, slot.FirstLayer, slot.LayerCount);
        if (facts.Slots.GetValueOrDefault(slot.SlotId) is not { } known || known != claimed)
            return $"slot {slot.SlotId} is not registered with operator {slot.Operator} and layers from {slot.FirstLayer}, {slot.LayerCount} of them";
        return facts.Keys.GetValueOrDefault(slot.SlotId, []).Any(key => key.SigningKey == slot.SigningKey && facts.Epoch < key.ValidUntil)
            ? null
            : $"slot {slot.SlotId} has no key {slot.SigningKey} in the contract that is still valid";
    }
}
