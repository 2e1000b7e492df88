using TeeTee.Primitives;

namespace TeeTee.Sequencer.Batching;

/// <summary>Knows vocabulary sizes, which the registry has only as part of a hash.</summary>
public interface IVocabularySource
{
    /// <summary>Token ids of the model are below it; null while unknown.</summary>
    uint? VocabularySizeOf(Bytes32 modelId);
}
