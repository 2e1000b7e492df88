using System.Collections.Concurrent;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;

namespace TeeTee.Sequencer.Batching;

/// <summary>Vocabulary sizes of the options, else of the job API's models.</summary>
internal sealed class VocabularySource(BatchingOptions options, IJobClient? jobs = null) : IVocabularySource
{
    private readonly ConcurrentDictionary<Bytes32, uint> _known = new(options.VocabularySizes);

    /// <inheritdoc/>
    public async ValueTask<uint?> GetVocabularySizeAsync(Bytes32 modelId, CancellationToken cancellationToken)
    {
        if (!_known.ContainsKey(modelId) && jobs is not null)
            await LearnAsync(jobs, cancellationToken).ConfigureAwait(false);
        return _known.TryGetValue(modelId, out uint size) ? size : null;
    }

    private async Task LearnAsync(IJobClient client, CancellationToken cancellationToken)
    {
        try
        {
            NodeInfo info = await client.GetInfoAsync(cancellationToken).ConfigureAwait(false);
            foreach (ModelInfo model in info.Models.Where(m => m.VocabularySize > 0))
                _known.TryAdd(model.ModelId, model.VocabularySize);
        }
        catch (JobApiException)
        {
            // Not known yet: the jobs of the model wait.
        }
    }
}
