using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Verifier.Disputing;

/// <summary>A dispute as the contract has it, with what it is about.</summary>
/// <param name="Dispute">Its state.</param>
/// <param name="Target">What it is about.</param>
/// <param name="Slot">The accused slot.</param>
/// <param name="SelectedOperator">Operator of the model that was selected; null before.</param>
/// <param name="SelectedLayer">Its layer; null before, and outside of layers.</param>
/// <param name="Case">What holds for all disputes about the shard of this leaf.</param>
public sealed record DisputeInfo(GameDispute Dispute, DisputeTarget Target, uint Slot, string? SelectedOperator, int? SelectedLayer, GameCase Case);
