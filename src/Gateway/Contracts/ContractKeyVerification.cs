using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;

namespace TeeTee.Gateway.Contracts;

/// <summary>The first slot's signing and encryption key against the keys that the contract holds for it now.</summary>
public sealed class ContractKeyVerification(NodeFactsReader facts) : IEnclaveKeyVerification
{
    /// <inheritdoc/>
    public async Task<string?> FirstFaultAsync(NodeInfo node, ModelInfo model, CancellationToken cancellationToken) =>
        FirstFault(node, model, await facts.ReadAsync(node, [model], cancellationToken).ConfigureAwait(false));

    /// <summary>The same from what the contracts say. Pure.</summary>
    public static string? FirstFault(NodeInfo node, ModelInfo model, NodeFacts facts)
    {
        if (NodeVerification.FirstFault(node, [model], facts) is { } fault)
            return fault;
        (uint slot, Address signing, Bytes32 encryption) = (model.Slots[0].SlotId, model.Slots[0].SigningKey, model.EncryptionKey);
        return facts.Keys[slot].Any(key => key.SigningKey == signing && key.EncryptionKey == encryption && key.IsValidAt(facts.Epoch))
            ? null
            : $"slot {slot} has no encryption key {encryption} beside signing key {signing} in the contract that is valid in epoch {facts.Epoch}";
    }
}
