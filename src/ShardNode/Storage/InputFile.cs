using TeeTee.Primitives;

namespace TeeTee.ShardNode.Storage;

/// <summary>
/// The vectors that entered the shard's first layer, position by position: what a dispute asks a host for, and what it cannot derive
/// if its upstream cheated. Written while the job runs, kept only once the receipt is signed.
/// </summary>
internal sealed class InputFile : IDisposable
{
    private readonly string _final;
    private readonly string _partial;
    private readonly FileStream _stream;
    private bool _kept;

    private InputFile(string folder, Bytes32 jobId)
    {
        Directory.CreateDirectory(folder);
        _final = PathOf(folder, jobId);
        _partial = _final + ".partial";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 64 * 1024 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _stream = new FileStream(_partial, options);
    }

    public static string FolderOf(string stateFolder) => Path.Combine(stateFolder, "inputs");

    public static string PathOf(string folder, Bytes32 jobId) => Path.Combine(folder, Hex.Encode(jobId.ToArray()) + ".hin");

    public static InputFile Create(string folder, Bytes32 jobId) => new(folder, jobId);

    /// <summary>Deletes what a crash left half written.</summary>
    public static void Clean(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (string left in Directory.EnumerateFiles(folder, "*.partial"))
            File.Delete(left);
    }

    public void Append(ReadOnlySpan<byte> vectors) => _stream.Write(vectors);

    /// <summary>Cuts to <paramref name="bytes"/> and keeps the file durably.</summary>
    public void Keep(long bytes)
    {
        _stream.SetLength(Math.Min(bytes, _stream.Length));
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_partial, _final, overwrite: true);
        _kept = true;
    }

    public void Dispose()
    {
        _stream.Dispose();
        if (!_kept)
            File.Delete(_partial);
    }
}
