using TeeTee.Primitives;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Jobs;

/// <summary>Reads a pipeline: at most 16 slots, contiguous over the model, this shard among them exactly as it is.</summary>
internal static class PipelineReader
{
    public const int MostSlots = 16;

    /// <exception cref="JobException">INVALID_REQUEST naming the rule.</exception>
    public static IReadOnlyList<Stage> Read(IReadOnlyList<PipelineSlot> wire, ShardSelf self, out int index)
    {
        if (wire.Count is 0 or > MostSlots)
            throw JobException.Invalid($"A pipeline of {wire.Count} slots; it has 1 to {MostSlots}.");
        Stage[] stages = [.. wire.Select(Read)];
        CheckContiguous(stages, self.Model.LayerCount);
        if (stages.DistinctBy(stage => stage.SlotId).Count() != stages.Length)
            throw JobException.Invalid("A slot is in the pipeline twice.");
        index = Array.FindIndex(stages, stage => stage.SlotId == self.Slot.SlotId);
        if (index < 0)
            throw JobException.Invalid($"Slot {self.Slot.SlotId} is not in the pipeline.");
        CheckSelf(stages[index], self);
        return stages;
    }

    private static Stage Read(PipelineSlot wire)
    {
        if (!WireMessages.TryRead(wire.Operator, out Address owner) || !WireMessages.TryRead(wire.SigningKey, out Address key))
            throw JobException.Invalid($"Slot {wire.SlotId} has no operator or signing key of 20 bytes.");
        if (!Uri.TryCreate(wire.Endpoint, UriKind.Absolute, out Uri? endpoint) || endpoint.Scheme is not ("http" or "https")
            || endpoint.PathAndQuery != "/" || endpoint.UserInfo.Length > 0 || endpoint.Fragment.Length > 0)
            throw JobException.Invalid($"The endpoint of slot {wire.SlotId} is not an http or https address without a path.");
        return new Stage(wire.SlotId, owner, endpoint, wire.FirstLayer, wire.LayerCount, key);
    }

    private static void CheckContiguous(Stage[] stages, uint layers)
    {
        ulong next = 0;
        foreach (Stage stage in stages)
        {
            if (stage.FirstLayer != next || stage.LayerCount == 0)
                throw JobException.Invalid($"Slot {stage.SlotId} begins at layer {stage.FirstLayer} with {stage.LayerCount}; expected {next} and at least 1.");
            next += stage.LayerCount;
        }
        if (next != layers)
            throw JobException.Invalid($"The pipeline ends at layer {next}; the model has {layers}.");
    }

    private static void CheckSelf(Stage own, ShardSelf self)
    {
        if (own.Operator != self.Slot.Operator || own.SigningKey != self.SigningKey)
            throw JobException.Invalid($"Slot {own.SlotId} has operator {own.Operator} and key {own.SigningKey} there, {self.Slot.Operator} and {self.SigningKey} here.");
        if (own.FirstLayer != self.Slot.FirstLayer || own.LayerCount != self.Slot.LayerCount)
            throw JobException.Invalid($"Slot {own.SlotId} has layers from {own.FirstLayer}, {own.LayerCount} of them there; {self.Slot.FirstLayer}, {self.Slot.LayerCount} here.");
    }
}
