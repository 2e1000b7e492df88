using System.Buffers.Binary;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models.Packed;
using TeeTee.Inference.Tokenization;
using TeeTee.Numerics;
using TeeTee.Primitives;

namespace TeeTee.Inference.Models;

/// <summary>
/// A model in canonical form. Importing reads and checks configuration, tokenizer and the list of tensors; tensor bytes are
/// read and converted on demand, so that a shard pays for its own layers only. Safe from several threads.
/// </summary>
public sealed class CanonicalModel : IDisposable
{
    private readonly GgufFile _file;
    private readonly TensorConverter _converter;
    private readonly Lazy<RopeTable> _rope;
    private readonly Lazy<ChatTemplate?> _chatTemplate;
    private readonly Lock _identityLock = new();
    private readonly TensorSubstitution? _substitution;
    private readonly Lazy<(Bytes32 Config, Bytes32 Tokenizer)> _hashes;
    private ModelIdentity? _identity;

    private CanonicalModel(GgufFile file, ModelStoreOptions options, TensorSubstitution? substitution)
    {
        (_file, Options, _substitution) = (file, options, substitution);
        Config = new ModelConfigReader(file).Read();
        _converter = new TensorConverter(file);
        TensorCatalog.Check(file, Config);
        Map = new WeightMap(Config);
        Tokenizer = Tokenizer.FromGguf(file);
        ChatTemplateText = file.Metadata.FindString("tokenizer.chat_template");
        _chatTemplate = new Lazy<ChatTemplate?>(() => ChatTemplate.FromGguf(file, Tokenizer));
        _hashes = new Lazy<(Bytes32, Bytes32)>(() =>
            (ModelIdentityBuilder.HashConfig(Config), ModelIdentityBuilder.HashTokenizer(Tokenizer, ChatTemplateText)));
        float[] divisors = RopeAngleDivisors = RopeDivisors.Read(file, Config);
        _rope = new Lazy<RopeTable>(() =>
            RopeTable.Create(Config.ContextLength, BitConverter.UInt32BitsToSingle(Config.RopeBaseBits), divisors));
    }

    /// <summary>Shape and constants.</summary>
    public ModelConfig Config { get; }

    /// <summary>The tokenizer of the file.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The file's chat template, or null.</summary>
    public string? ChatTemplateText { get; }

    /// <summary>The file's chat template ready for use, or null if it has none. An unsupported one matters only here.</summary>
    /// <exception cref="ChatTemplateException">The template is outside of the supported subset.</exception>
    public ChatTemplate? GetChatTemplate() => _chatTemplate.Value;

    /// <summary>The divisors of rotary angles, one per pair.</summary>
    internal float[] RopeAngleDivisors { get; }

    /// <summary>Every tensor with its shape and leaves.</summary>
    internal WeightMap Map { get; }

    /// <summary>Threads and watchers.</summary>
    internal ModelStoreOptions Options { get; }

    /// <summary>The packed file, which <see cref="ModelStore"/> gives; null where the model file alone is read.</summary>
    internal PackedCache? Cache { get; set; }

    /// <summary>Opens a GGUF file of one of <see cref="ModelArchitectures.All"/>.</summary>
    /// <exception cref="GgufException">The file is damaged or lacks a key or tensor.</exception>
    /// <exception cref="ModelException">The model is none that version 1 runs.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CanonicalModel Import(string path) => Import(GgufFile.Open(path));

    /// <summary>As <see cref="Import(string)"/>; the model owns the file from here on, also when this fails.</summary>
    public static CanonicalModel Import(GgufFile file) => Import(file, ModelStoreOptions.Direct);

    /// <summary>The same with other tensors in the place of some: another model, with another identity, under the same configuration and tokenizer.</summary>
    /// <exception cref="GgufException">As <see cref="Import(string)"/>, like the others.</exception>
    public static CanonicalModel Import(string path, TensorSubstitution substitution) =>
        Import(GgufFile.Open(path), ModelStoreOptions.Direct, substitution);

    internal static CanonicalModel Import(GgufFile file, ModelStoreOptions options, TensorSubstitution? substitution = null)
    {
        try
        {
            return new CanonicalModel(file, options, substitution);
        }
        catch (Exception)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads one tensor. Nothing is kept: each call reads the file again. With a tied output, ask for
    /// <see cref="TensorRole.TokenEmbedding"/>.
    /// </summary>
    /// <param name="role">What the tensor is for.</param>
    /// <param name="layer">The layer of the whole model, or -1 for a global tensor.</param>
    /// <exception cref="ArgumentException">The model has no such tensor.</exception>
    /// <exception cref="ModelException">A scale or element is not finite.</exception>
    public CanonicalTensor GetTensor(TensorRole role, int layer = -1) =>
        _substitution is null ? Read(role, layer) : _substitution(role, layer, Read);

    /// <summary>The rows of one tensor, for whoever needs a part of it or reads it by several threads.</summary>
    internal RowReader OpenRows(TensorPlace place)
    {
        if (_substitution is null)
            return (firstRow, destination) => ReadRows(place, firstRow, destination);
        CanonicalTensor tensor = _substitution(place.Role, place.Layer, Read);
        return (firstRow, destination) => tensor.Data.Span.Slice(firstRow * place.RowBytes, destination.Length).CopyTo(destination);
    }

    /// <summary>A tensor of the file as the numbers that its own type stands for, row after row: what canonical form rounds.</summary>
    /// <exception cref="ModelException">The type cannot be imported.</exception>
    internal float[] ReadFloats(TensorRole role, int layer)
    {
        TensorPlace place = Map.Find(role, layer);
        float[] elements = new float[checked((long)place.Rows * place.Columns)];
        _converter.Widen(place, 0, elements);
        return elements;
    }

    private CanonicalTensor Read(TensorRole role, int layer)
    {
        if (layer >= Config.LayerCount)
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"The model has {Config.LayerCount} layers.");
        TensorPlace place = Map.Find(role, layer);
        if (place.Bytes > Array.MaxLength)
            throw new ModelException($"{place} would take {place.Bytes} bytes, more than one block of memory holds.");
        byte[] data = new byte[place.Bytes];
        ReadRows(place, 0, data);
        return new CanonicalTensor(role, layer, place.Type, place.Rows, place.Columns, data);
    }

    private void ReadRows(in TensorPlace place, int firstRow, Span<byte> destination)
    {
        if (place.Role.IsRopeTable())
            CopyTable((place.Role == TensorRole.RopeCosines ? _rope.Value.Cosines : _rope.Value.Sines).Span[(firstRow * place.Columns)..], destination);
        else
            _converter.Convert(place, firstRow, destination);
    }

    /// <summary>
    /// The identity of the model. The first call opens or makes the packed file, or reads and hashes every tensor; later ones return the
    /// same object.
    /// </summary>
    /// <param name="cancellationToken">Ends the work; a later call starts again.</param>
    /// <exception cref="ModelException">A scale or element is not finite.</exception>
    public ModelIdentity ComputeIdentity(CancellationToken cancellationToken)
    {
        lock (_identityLock)
            return _identity ??= Cache?.Open(cancellationToken)?.Identity ?? Identify(HashLeaves(cancellationToken));
    }

    /// <summary>The leaf hash of every page in the committed order. Not to be changed.</summary>
    internal Bytes32[] Leaves(CancellationToken cancellationToken) => Cache?.Open(cancellationToken)?.Leaves ?? HashLeaves(cancellationToken);

    /// <summary>The identity of a model of this configuration and tokenizer with these leaf hashes.</summary>
    internal ModelIdentity Identify(ReadOnlySpan<Bytes32> leaves) =>
        ModelIdentity.Create(ModelIdentityBuilder.HashWeights(leaves), _hashes.Value.Config, _hashes.Value.Tokenizer);

    /// <summary>What the import does to each type of tensor, and how much it rounds. Reads the whole file.</summary>
    /// <param name="progress">Told the share of tensors done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ModelException">A scale or element is not finite.</exception>
    public IReadOnlyList<TensorConversion> MeasureConversion(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        using WorkerPool pool = new(Environment.ProcessorCount);
        return new ConversionMeasurement(_file, _converter, Map).Run(pool, progress, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Cache?.Dispose();
        _file.Dispose();
    }

    private Bytes32[] HashLeaves(CancellationToken cancellationToken)
    {
        using WorkerPool pool = new(Options.Threads);
        return WeightHashing.Leaves(this, pool, cancellationToken);
    }

    private static void CopyTable(ReadOnlySpan<float> elements, Span<byte> destination)
    {
        for (int i = 0; i < destination.Length / sizeof(float); i++)
            BinaryPrimitives.WriteSingleLittleEndian(destination[(i * sizeof(float))..], elements[i]);
    }
}
