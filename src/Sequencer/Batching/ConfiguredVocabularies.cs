using TeeTee.Primitives;

namespace TeeTee.Sequencer.Batching;

/// <summary>Vocabulary sizes of the options.</summary>
internal sealed class ConfiguredVocabularies(BatchingOptions options) : IVocabularySource
{
    /// <inheritdoc/>
    public uint? VocabularySizeOf(Bytes32 modelId) => options.VocabularySizes.TryGetValue(modelId, out uint size) ? size : null;
}
