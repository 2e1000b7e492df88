using System.Collections.Immutable;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.RollupContracts;

namespace TeeTee.Gateway.Receipts;

/// <summary>What the contracts say about the parties and the batch of one receipt, gathered before anything is judged.</summary>
/// <param name="Slots">The registered slots that the receipt names.</param>
/// <param name="Keys">Every key ever registered for them.</param>
/// <param name="ModelLayers">Layers of the model; null if it is not listed.</param>
/// <param name="Session">The session of the user and the request's signer, if the contract holds one.</param>
/// <param name="Batch">What was posted under the batch's index; null if nothing.</param>
/// <param name="Status">Where that batch stands.</param>
/// <param name="Time">Unix seconds of the block that was read.</param>
public sealed record ReceiptChainFacts(
    ImmutableDictionary<uint, Slot> Slots, ImmutableDictionary<uint, IReadOnlyList<SlotKey>> Keys, uint? ModelLayers, SessionGrant? Session,
    PostedBatch? Batch, BatchStatus Status, ulong Time);
