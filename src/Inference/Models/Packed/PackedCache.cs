using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Models.Packed;

/// <summary>
/// The packed file of one model, opened when it is first asked for, and made again where it is missing or wrong. Whatever goes wrong
/// with it costs a warning and time, never the start. Safe for concurrent use, and for several processes.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="source">Its file.</param>
/// <param name="path">The packed file.</param>
/// <param name="options">Threads, watchers, and how files are created.</param>
internal sealed class PackedCache(CanonicalModel model, SourceStamp source, string path, ModelStoreOptions options) : IDisposable
{
    public const string Extension = ".teetee";

    // Of a disk that damages what it stores; the weights then come from the model file.
    private const int MostRepairs = 2;

    private readonly Lock _gate = new();
    private readonly List<PackedFile> _opened = [];
    private PackedFile? _current;
    private bool _decided;
    private int _repairs;

    /// <summary>The packed file, which the first call may have to make; null where there is none and cannot be one.</summary>
    /// <exception cref="ModelException">A weight is not finite.</exception>
    /// <exception cref="Gguf.GgufException">The model file is damaged.</exception>
    public PackedFile? Open(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_decided)
                Use(TryOpen(out string? fault) ?? Make(fault, damaged: null, cancellationToken));
            return _current;
        }
    }

    /// <summary>Makes the file again after a part of it turned out to be wrong.</summary>
    /// <returns>The new file, or null where it could not be made.</returns>
    /// <exception cref="ModelException">The model file holds another model than the packed file did.</exception>
    public PackedFile? Replace(PackedFile damaged, Exception cause)
    {
        lock (_gate)
        {
            if (_current != damaged)
                return _current;
            _decided = false;
            Use(++_repairs <= MostRepairs ? Make(cause.Message, damaged, CancellationToken.None) : null);
            if (_current is not null && _current.Identity != damaged.Identity)
                throw new ModelException($"{path} was made of model {damaged.Identity.ModelId}, but the model file holds {_current.Identity.ModelId}. Start again.");
            return _current;
        }
    }

    public void Dispose()
    {
        foreach (PackedFile file in _opened)
            file.Dispose();
    }

    private void Use(PackedFile? file)
    {
        (_current, _decided) = (file, true);
        // Others may still be reading from an old one.
        if (file is not null)
            _opened.Add(file);
    }

    private PackedFile? TryOpen(out string? fault)
    {
        fault = null;
        try
        {
            return File.Exists(path) ? PackedFile.Open(path, model, source) : null;
        }
        catch (Exception exception) when (exception is PackedFileException or IOException or UnauthorizedAccessException)
        {
            fault = exception.Message;
            return null;
        }
    }

    private PackedFile? Make(string? fault, PackedFile? damaged, CancellationToken cancellationToken)
    {
        if (fault is not null)
            options.Warning?.Invoke($"{path} is made again from the model file: {fault}.");
        try
        {
            using PackedFileLock held = PackedFileLock.Acquire(path, options.Warning, cancellationToken);
            if (damaged is not null && File.GetLastWriteTimeUtc(path) == damaged.Written)
                File.Delete(path);
            // Another process may have been quicker.
            return TryOpen(out _) ?? Write(cancellationToken);
        }
        catch (Exception exception) when (exception is PackedFileException or IOException or UnauthorizedAccessException)
        {
            options.Warning?.Invoke(
                $"{path} cannot be written, so this start goes on without it and the next one will take as long: {exception.Message}");
            return null;
        }
    }

    private PackedFile Write(CancellationToken cancellationToken)
    {
        RemoveLeftovers();
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (WorkerPool pool = new(options.Threads))
            using (IPackedOutput output = options.CreateOutput(temporary))
            {
                LoadMeter meter = new(options.Progress, LoadStage.Packing, model.Map.Bytes);
                PackedFileWriter.Write(model, source, output, pool, meter, cancellationToken);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        return PackedFile.Open(path, model, source);
    }

    /// <summary>What processes left that were killed while they wrote; only under the lock, so nobody is writing.</summary>
    private void RemoveLeftovers()
    {
        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path) + ".*.tmp"))
            File.Delete(file);
    }
}
