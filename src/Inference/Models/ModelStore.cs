using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models.Packed;

namespace TeeTee.Inference.Models;

/// <summary>
/// Opens models with the packed file that belongs to them (docs/decisions/0014): identity, weights and weight leaves then come from it,
/// checked against the weights root, and it is made when it is missing or wrong. The result is the same without it, only later.
/// </summary>
public static class ModelStore
{
    /// <summary>Opens a model file.</summary>
    /// <exception cref="GgufException">The file is damaged or lacks a key or tensor.</exception>
    /// <exception cref="ModelException">The model is none that this version runs.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CanonicalModel Open(string path, ModelStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        GgufFile file = GgufFile.Open(path);
        CanonicalModel model = CanonicalModel.Import(file, options);
        try
        {
            if (options.UseCache && model.Map.Bytes >= options.LeastBytes && SourceStamp.Of(file) is { } source)
                model.Cache = new PackedCache(model, source, PackedPath(path, source, options.CacheFolder), options);
            return model;
        }
        catch (Exception)
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>In a folder for several models, equal names of other models must not collide.</summary>
    private static string PackedPath(string path, SourceStamp source, string? folder) => folder is null
        ? path + PackedCache.Extension
        : Path.Combine(folder, $"{Path.GetFileName(path)}.{source.Content.ToString()[2..18]}{PackedCache.Extension}");
}
