using System.Collections.Immutable;
using TeeTee.Primitives;

namespace TeeTee.Gateway.Jobs;

/// <summary>One model that a sequencer serves, with its prices and the slots that would run a job now.</summary>
/// <param name="Name">The name that clients use.</param>
/// <param name="ModelId">Its identity (protocol section 3).</param>
/// <param name="LayerCount">Layers of the whole model.</param>
/// <param name="ContextLength">Most positions of a job.</param>
/// <param name="VocabularySize">Token ids are below it.</param>
/// <param name="PromptPrice">Wei per prompt token.</param>
/// <param name="OutputPrice">Wei per output token.</param>
/// <param name="EncryptionKey">X25519 key of the first slot, for sealed input.</param>
/// <param name="Slots">In layer order.</param>
public sealed record ModelInfo(
    string Name, Bytes32 ModelId, uint LayerCount, uint ContextLength, uint VocabularySize, UInt128 PromptPrice,
    UInt128 OutputPrice, Bytes32 EncryptionKey, ImmutableArray<SlotInfo> Slots);
