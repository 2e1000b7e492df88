using System.Diagnostics.CodeAnalysis;
using TeeTee.Inference.Disputes;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tokenization;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.RollupContracts;
using CanonicalConfig = TeeTee.Inference.Models.ModelConfig;
using ModelConfig = TeeTee.RollupContracts.ModelConfig;

namespace TeeTee.ShardNode.Defence;

/// <summary>
/// Proves pages of the served model from its file, whatever layers are loaded. The file is opened and hashed when a page is asked for; what it holds now is
/// believed only as far as it opens below the root of the start. For one caller at a time.
/// </summary>
/// <param name="path">GGUF file of the whole model.</param>
/// <param name="store">Where its packed form is kept.</param>
/// <param name="config">Its configuration at the start.</param>
/// <param name="weightsRoot">Its root at the start.</param>
/// <param name="clock">The clock of rereading.</param>
internal sealed class OwnWeights(string path, ModelStoreOptions store, CanonicalConfig config, Bytes32 weightsRoot, TimeProvider clock) : IDisposable
{
    // Hashing reads the whole file. One in which that failed is read again once it looks changed, or after this: repaired disks leave no trace.
    private static readonly TimeSpan s_reread = TimeSpan.FromMinutes(10);

    private readonly DisputeModel _shape = new(
        (uint)config.Architecture, (uint)config.VocabularySize, (uint)config.EmbeddingLength, (uint)config.FeedForwardLength, (uint)config.LayerCount, (uint)config.HeadCount,
        (uint)config.KvHeadCount, (uint)config.HeadDimension, (uint)config.RopeDimensions, (uint)config.ContextLength, config.RmsEpsilonBits,
        config.AttentionScaleBits, (uint)config.RopePairing, config.TiedOutput);

    private CanonicalModel? _model;
    private WeightTree? _tree;

    // Of a tree whose root was right: what spares hashing the file another time.
    private Bytes32[]? _leaves;
    private Damage? _damage;

    private sealed record Damage(string Cause, long Length, DateTime Written, long At);

    /// <summary>The configuration as the contract takes it.</summary>
    public ModelConfig Config => new(
        _shape.Architecture, _shape.VocabularySize, _shape.EmbeddingLength, _shape.FeedForwardLength, _shape.LayerCount, _shape.HeadCount, _shape.KvHeadCount,
        _shape.HeadDimension, _shape.RopeDimensions, _shape.ContextLength, _shape.RmsEpsilonBits, _shape.AttentionScaleBits, _shape.RopePairing, _shape.TiedOutput);

    /// <summary>A page with its path; false with a cause if the file does not give it now.</summary>
    public bool TryProve(uint tensorId, uint row, uint page, [NotNullWhen(true)] out ProvenPage? proven, out string cause, CancellationToken cancellationToken)
    {
        proven = null;
        if (StandingDamage() is { } damage)
        {
            cause = damage.Cause;
            return false;
        }
        try
        {
            ProvenPage read = Open(cancellationToken).Prove(tensorId, (int)row, (int)page);
            if (WeightProof.Verify(_shape, weightsRoot, tensorId, row, (int)page, read))
            {
                (proven, cause) = (read, "");
                return true;
            }
            cause = $"{path} holds another page there than was listed: it is damaged or exchanged";
        }
        catch (Exception fault) when (fault is GgufException or ModelException or TokenizerException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            cause = $"{path}: {fault.Message}";
        }
        // The next try opens what is at the path then.
        Close();
        return false;
    }

    /// <summary>Closes the file and forgets what is large, until the next page is asked for.</summary>
    public void Close()
    {
        _model?.Dispose();
        (_model, _tree) = (null, null);
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private WeightTree Open(CancellationToken cancellationToken)
    {
        if (_tree is not null)
            return _tree;
        _model = ModelStore.Open(path, store);
        return _tree = _leaves is null ? Build(_model, cancellationToken) : WeightTree.Restore(_model, _leaves, weightsRoot);
    }

    private WeightTree Build(CanonicalModel model, CancellationToken cancellationToken)
    {
        try
        {
            WeightTree tree = WeightTree.Build(model, cancellationToken);
            if (tree.Root != weightsRoot)
                throw new IOException($"the weights have the root {tree.Root} and not {weightsRoot}: the file is damaged or exchanged");
            _leaves = [.. tree.LeafHashes];
            _damage = null;
            return tree;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            FileInfo file = new(path);
            _damage = file.Exists ? new Damage($"{path}: {fault.Message}", file.Length, file.LastWriteTimeUtc, clock.GetTimestamp()) : null;
            throw;
        }
    }

    private Damage? StandingDamage()
    {
        if (_damage is not { } damage || clock.GetElapsedTime(damage.At) >= s_reread)
            return null;
        FileInfo file = new(path);
        return file.Exists && file.Length == damage.Length && file.LastWriteTimeUtc == damage.Written ? damage : null;
    }
}
