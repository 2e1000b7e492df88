using TeeTee.Primitives;

namespace TeeTee.Sequencer;

/// <summary>A model that this sequencer offers and what it asks for it.</summary>
/// <param name="Name">The name that clients use.</param>
/// <param name="ModelId">Its identity; it must be listed in the registry.</param>
/// <param name="PromptPrice">Least wei per prompt token.</param>
/// <param name="OutputPrice">Least wei per output token.</param>
/// <param name="VocabularySize">Token ids are below it; as the first slot's handshake says when null.</param>
public sealed record ModelOffer(string Name, Bytes32 ModelId, UInt128 PromptPrice, UInt128 OutputPrice, uint? VocabularySize = null);
