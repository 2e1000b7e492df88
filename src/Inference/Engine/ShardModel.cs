using TeeTee.Inference.Disputes;
using TeeTee.Inference.Engine.Passes;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Inference.Models.Packed;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine;

/// <summary>
/// The weights of a contiguous range of layers, in memory and ready to run, with the token embedding where the range holds the
/// first layer and the final norm and head where it holds the last, and the memory for the keys and values of its sessions. Several sessions
/// may run on it at once; they share its threads.
/// </summary>
public sealed class ShardModel : IDisposable
{
    // Rows of a pass: so many that a prompt's arithmetic, not the reading of weights, takes the time.
    private const int PassRows = 512;

    private readonly LayerWeights[] _layers;
    private readonly PackedMatrix? _embedding;
    private readonly PackedMatrix? _head;
    private readonly float[] _outputNorm;
    private readonly float[] _cosines;
    private readonly float[] _sines;
    private int _users = 1;
    private int _disposed;

    private ShardModel(CanonicalModel model, LayerRange range, int threads, long kvBytes, KernelSet kernels)
    {
        (Config, Range, Kernels) = (model.Config, range, kernels);
        _layers = new LayerWeights[range.Count];
        _outputNorm = [];
        Pool = new WorkerPool(threads);
        try
        {
            // In the order of the packed file.
            WeightReader weights = new(model, Pool, range);
            _cosines = weights.Vector(TensorRole.RopeCosines);
            _sines = weights.Vector(TensorRole.RopeSines);
            if (IsFirst || (IsLast && Config.TiedOutput))
                _embedding = weights.Matrix(TensorRole.TokenEmbedding);
            for (int i = 0; i < range.Count; i++)
                _layers[i] = new LayerWeights(weights, range.First + i);
            if (IsLast)
            {
                _outputNorm = weights.Vector(TensorRole.OutputNorm);
                _head = Config.TiedOutput ? _embedding : weights.Matrix(TensorRole.Output);
            }
            Pages = new KvPagePool(KvLayout.Of(Config, range.Count), kvBytes, KvLayout.PagesOf(Config.ContextLength));
            Pass = new ForwardPass(this, PassRows);
        }
        catch (Exception)
        {
            Free();
            throw;
        }
    }

    /// <summary>Shape and constants of the whole model.</summary>
    public ModelConfig Config { get; }

    /// <summary>The layers held.</summary>
    public LayerRange Range { get; }

    /// <summary>True where the range holds layer 0, so that sessions can embed tokens.</summary>
    public bool IsFirst => Range.First == 0;

    /// <summary>True where the range holds the last layer, so that sessions can compute logits.</summary>
    public bool IsLast => Range.End == Config.LayerCount;

    /// <summary>Threads that compute, the caller's included. Results do not depend on it.</summary>
    public int Threads => Pool.Threads;

    /// <summary>Names of the kernels in use, such as <c>avx2+vector256</c>. Results do not depend on it.</summary>
    public string KernelName => Kernels.Name;

    /// <summary>Bytes of the weights in memory.</summary>
    public long WeightBytes =>
        _layers.Sum(layer => layer.Bytes) + (_embedding?.Bytes ?? 0) + (ReferenceEquals(_head, _embedding) ? 0 : _head?.Bytes ?? 0);

    /// <summary>The memory for keys and values now.</summary>
    public KvMemory KvMemory => Pages.Snapshot();

    internal KernelSet Kernels { get; }

    internal WorkerPool Pool { get; }

    internal KvPagePool Pages { get; }

    internal ForwardPass Pass { get; }

    /// <summary>Brings the layers of <paramref name="range"/> into memory, packed for the kernels. The canonical model is not needed afterwards.</summary>
    /// <param name="model">The whole model.</param>
    /// <param name="range">The layers to hold.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <param name="kvBytes">
    /// Bound of the memory for keys and values, which is taken as sessions need it; null is half of the machine's. A session of the model's
    /// whole context always fits.
    /// </param>
    /// <param name="kernels">Which kernels compute. Results do not depend on it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range passes the model's end, or threads or bytes are not positive.</exception>
    /// <exception cref="ModelException">A weight is not finite, or the model's file has changed since it was opened.</exception>
    public static ShardModel Load(
        CanonicalModel model, LayerRange range, int threads, long? kvBytes = null, KernelPreference kernels = KernelPreference.Auto) =>
        Load(model, range, threads, KernelSet.For(kernels), kvBytes);

    internal static ShardModel Load(CanonicalModel model, LayerRange range, int threads, KernelSet kernels, long? kvBytes = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(range.End, model.Config.LayerCount, nameof(range));
        return new ShardModel(model, range, threads, kvBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2, kernels);
    }

    /// <summary>Starts an empty session.</summary>
    /// <param name="maxPositions">Positions to make room for, at most the model's context length.</param>
    /// <param name="trace">False saves the hashing where nobody asks for commitments.</param>
    /// <param name="salts">Of a sealed job's commitments; null for a public one.</param>
    /// <param name="fault">A simulated cheat of development networks; null computes canonically.</param>
    /// <exception cref="ArgumentOutOfRangeException">maxPositions is not in [1, context length].</exception>
    /// <exception cref="KvMemoryFullException">The memory for keys and values does not hold so many more positions.</exception>
    public ShardSession CreateSession(int maxPositions, bool trace = true, CommitmentSalts? salts = null, IOperatorFault? fault = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxPositions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxPositions, Config.ContextLength);
        Enter();
        try
        {
            return new ShardSession(this, maxPositions, trace, salts, fault);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <summary>Ends the model; its memory goes when the last session is disposed too.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Leave();
    }

    internal LayerWeights Layer(int index) => _layers[index];

    internal PackedMatrix EmbeddingMatrix =>
        IsFirst ? _embedding! : throw new InvalidOperationException($"{Range} do not hold the first layer, so there is no embedding.");

    internal (PackedMatrix Head, float[] Norm) Output =>
        IsLast ? (_head!, _outputNorm) : throw new InvalidOperationException($"{Range} do not hold the last layer, so there are no logits.");

    internal ReadOnlySpan<float> Cosines(int position) => _cosines.AsSpan(position * RopePairs, RopePairs);

    internal ReadOnlySpan<float> Sines(int position) => _sines.AsSpan(position * RopePairs, RopePairs);

    internal void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            Free();
    }

    private int RopePairs => Config.RopeDimensions / 2;

    internal void Enter()
    {
        int users = Volatile.Read(ref _users);
        while (users > 0 && Volatile.Read(ref _disposed) == 0)
        {
            int seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return;
            users = seen;
        }
        throw new ObjectDisposedException(nameof(ShardModel));
    }

    private void Free()
    {
        Pool.Dispose();
        Pass?.Dispose();
        Pages?.Dispose();
        foreach (LayerWeights? layer in _layers)
            layer?.Dispose();
        _embedding?.Dispose();
        if (!ReferenceEquals(_head, _embedding))
            _head?.Dispose();
    }
}
