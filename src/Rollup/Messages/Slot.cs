using TeeTee.Primitives;

namespace TeeTee.Rollup.Messages;

/// <summary>A registered place in a pipeline (protocol section 5). Ids are never reused.</summary>
/// <param name="SlotId">Given by the contract.</param>
/// <param name="Operator">Who runs it and is paid.</param>
/// <param name="ModelId">The model that it serves.</param>
/// <param name="FirstLayer">First of its layers.</param>
/// <param name="LayerCount">Number of its layers; at least 1.</param>
public sealed record Slot(uint SlotId, Address Operator, Bytes32 ModelId, uint FirstLayer, uint LayerCount);
