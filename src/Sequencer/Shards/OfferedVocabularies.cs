using System.Collections.Concurrent;
using TeeTee.Primitives;
using TeeTee.Sequencer.Batching;

namespace TeeTee.Sequencer.Shards;

/// <summary>Vocabulary sizes of the models on offer: as configured, or as the first slot of a pipeline has said, remembered while it is away.</summary>
internal sealed class OfferedVocabularies(SequencerOptions options, BatchingOptions batching, ShardPool pool) : IVocabularySource
{
    private readonly ConcurrentDictionary<Bytes32, uint> _known = new();

    /// <inheritdoc/>
    public uint? VocabularySizeOf(Bytes32 modelId)
    {
        if (options.Models.FirstOrDefault(offer => offer.ModelId == modelId)?.VocabularySize is { } configured)
            return configured;
        if (batching.VocabularySizes.TryGetValue(modelId, out uint size))
            return size;
        if (pool.PipelineOf(modelId) is { } pipeline)
            _known[modelId] = pipeline.Model.VocabularySize;
        return _known.TryGetValue(modelId, out uint known) ? known : null;
    }
}
