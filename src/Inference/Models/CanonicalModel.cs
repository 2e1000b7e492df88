using TeeTee.Inference.Gguf;

namespace TeeTee.Inference.Models;

/// <summary>
/// A model in canonical form. Importing reads and checks configuration, tokenizer and the list of tensors; tensor bytes are
/// read and converted on demand, so that a shard pays for its own layers only. Safe from several threads.
/// </summary>
public sealed class CanonicalModel : IDisposable
{
    private readonly GgufFile _file;
    private readonly TensorConverter _converter;

    private CanonicalModel(GgufFile file)
    {
        _file = file;
        Config = new ModelConfigReader(file).Read();
        _converter = new TensorConverter(file);
        TensorCatalog.Check(file, Config);
    }

    /// <summary>Shape and constants.</summary>
    public ModelConfig Config { get; }

    /// <summary>Opens a GGUF file of the llama architecture.</summary>
    /// <exception cref="GgufException">The file is damaged or lacks a key or tensor.</exception>
    /// <exception cref="ModelException">The model is none that version 1 runs.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CanonicalModel Import(string path) => Import(GgufFile.Open(path));

    /// <summary>As <see cref="Import(string)"/>; the model owns the file from here on, also when this fails.</summary>
    public static CanonicalModel Import(GgufFile file)
    {
        try
        {
            return new CanonicalModel(file);
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
    public CanonicalTensor GetTensor(TensorRole role, int layer = -1)
    {
        _ = role.TensorId(layer);
        if (layer >= Config.LayerCount)
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"The model has {Config.LayerCount} layers.");
        if (role == TensorRole.Output && Config.TiedOutput)
            throw new ArgumentException("The output is tied: use TokenEmbedding.", nameof(role));
        (int rows, int columns) = role.Shape(Config);
        return _converter.Convert(role, layer, rows, columns);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
