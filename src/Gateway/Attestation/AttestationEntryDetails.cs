using System.Text.Json;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Attestation;

/// <summary>What a shard says of itself and the quote that binds it (docs/protocol.md section 7, purpose "attestation").</summary>
/// <param name="SlotId">Its slot.</param>
/// <param name="Operator">Who runs it.</param>
/// <param name="FirstLayer">First layer that it runs.</param>
/// <param name="LayerCount">How many.</param>
/// <param name="ModelId">Of which model.</param>
/// <param name="SigningKey">Enclave key that signs receipts.</param>
/// <param name="EncryptionKey">X25519 key to which prompts are sealed.</param>
/// <param name="TeeType">"tdx" or "simulated".</param>
/// <param name="Nonce">The challenge that is answered.</param>
/// <param name="Epoch">Epoch of the shard's clock.</param>
/// <param name="Quote">Over the attestation report data; base64 in JSON.</param>
/// <param name="Collateral">Container of signed collateral for the quote's platform, if the sequencer has it.</param>
public sealed record AttestationEntryDetails(
    uint SlotId, Address Operator, uint FirstLayer, uint LayerCount, Bytes32 ModelId, Address SigningKey, Bytes32 EncryptionKey, string TeeType,
    Bytes32 Nonce, ulong Epoch, byte[] Quote, JsonElement? Collateral = null)
{
    /// <summary>The slot that the shard says it is.</summary>
    public Slot ToSlot() => new(SlotId, Operator, ModelId, FirstLayer, LayerCount);
}
