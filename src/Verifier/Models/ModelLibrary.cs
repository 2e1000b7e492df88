using TeeTee.Hosting.Failures;
using TeeTee.Inference.Disputes;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tokenization;
using TeeTee.Primitives;

namespace TeeTee.Verifier.Models;

/// <summary>The models that the verifier can run, by identity, with a few layer ranges kept in memory. Used by one judgement at a time.</summary>
internal sealed class ModelLibrary : IDisposable
{
    private const int MostRanges = 16;

    private readonly Dictionary<Bytes32, CanonicalModel> _models = [];
    private readonly Dictionary<(Bytes32, LayerRange), ShardModel> _loaded = [];
    private readonly Dictionary<Bytes32, WeightTree> _weights = [];
    private readonly ModelStoreOptions _store;
    private readonly int _threads;

    private ModelLibrary(ModelStoreOptions store, int threads) => (_store, _threads) = (store, threads);

    /// <summary>Opens the files and computes what each is.</summary>
    /// <exception cref="FailureException"><c>model_unusable</c>.</exception>
    public static ModelLibrary Open(IReadOnlyList<string> files, ModelStoreOptions store, int threads, CancellationToken cancellationToken)
    {
        ModelLibrary library = new(store, threads);
        try
        {
            foreach (string file in files)
                library.Add(file, cancellationToken);
            return library;
        }
        catch
        {
            library.Dispose();
            throw;
        }
    }

    public uint? VocabularySize(Bytes32 modelId) => _models.TryGetValue(modelId, out CanonicalModel? model) ? (uint)model.Config.VocabularySize : null;

    public bool Holds(Bytes32 modelId) => _models.ContainsKey(modelId);

    /// <summary>Proofs of the weight pages of a model that is held; the first call hashes all of them.</summary>
    public WeightTree Weights(Bytes32 modelId, CancellationToken cancellationToken)
    {
        if (!_weights.TryGetValue(modelId, out WeightTree? tree))
            _weights[modelId] = tree = WeightTree.Build(_models[modelId], cancellationToken);
        return tree;
    }

    /// <summary>Shape and constants of a model that is held.</summary>
    public ModelConfig ConfigOf(Bytes32 modelId) => _models[modelId].Config;

    /// <summary>The ranges of a model that is held, ready to run and kept until they make room.</summary>
    public IReadOnlyList<ShardModel> Load(Bytes32 modelId, IReadOnlyList<LayerRange> ranges)
    {
        if (_loaded.Count + ranges.Count > MostRanges)
            DropLoaded();
        return [.. ranges.Select(r => Load(modelId, r))];
    }

    /// <summary>Forgets what is in memory, so that the next run reads the files again.</summary>
    public void DropLoaded()
    {
        foreach (ShardModel shard in _loaded.Values)
            shard.Dispose();
        _loaded.Clear();
    }

    public void Dispose()
    {
        DropLoaded();
        foreach (CanonicalModel model in _models.Values)
            model.Dispose();
    }

    private ShardModel Load(Bytes32 modelId, LayerRange range)
    {
        if (!_loaded.TryGetValue((modelId, range), out ShardModel? shard))
            _loaded[(modelId, range)] = shard = ShardModel.Load(_models[modelId], range, _threads);
        return shard;
    }

    private void Add(string file, CancellationToken cancellationToken)
    {
        try
        {
            var model = ModelStore.Open(file, _store);
            if (!_models.TryAdd(model.ComputeIdentity(cancellationToken).ModelId, model))
                model.Dispose();
        }
        catch (Exception e) when (e is GgufException or ModelException or TokenizerException or IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Model, "model_unusable", $"{file}: {e.Message}", e);
        }
    }
}
