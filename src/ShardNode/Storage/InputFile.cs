using System.Security.Cryptography;
using TeeTee.Primitives;

namespace TeeTee.ShardNode.Storage;

/// <summary>
/// The vectors that entered the shard's first layer, position by position: what a dispute asks a host for, and what it cannot derive
/// if its upstream cheated. Written while the job runs, kept only once the receipt is signed. A public job's file is the vectors as they are;
/// a sealed job's is salt (32), then each vector encrypted with its tag (16), the position being the nonce.
/// </summary>
internal sealed class InputFile : IDisposable
{
    private readonly string _final;
    private readonly string _partial;
    private readonly FileStream _stream;
    private readonly int _rowBytes;
    private readonly AesGcm? _cipher;
    private ulong _written;
    private bool _kept;

    private InputFile(string folder, Bytes32 jobId, int rowBytes, AtRestCipher? atRest)
    {
        Directory.CreateDirectory(folder);
        _rowBytes = rowBytes;
        _final = PathOf(folder, jobId);
        _partial = _final + ".partial";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 64 * 1024 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _stream = new FileStream(_partial, options);
        if (atRest is null)
            return;
        byte[] salt = RandomNumberGenerator.GetBytes(AtRestCipher.SaltSize);
        _stream.Write(salt);
        _cipher = atRest.Cipher(jobId, salt);
    }

    public static string FolderOf(string stateFolder) => Path.Combine(stateFolder, "inputs");

    public static string PathOf(string folder, Bytes32 jobId) => Path.Combine(folder, Hex.Encode(jobId.ToArray()) + ".hin");

    /// <param name="folder">Made if absent.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="rowBytes">Bytes of a vector.</param>
    /// <param name="atRest">Encrypts a sealed job's vectors; null for a public one.</param>
    public static InputFile Create(string folder, Bytes32 jobId, int rowBytes, AtRestCipher? atRest) => new(folder, jobId, rowBytes, atRest);

    /// <summary>Bytes on disk of <paramref name="positions"/> vectors.</summary>
    public static long SizeOf(long positions, int rowBytes, bool isSealed) =>
        isSealed ? AtRestCipher.SaltSize + (positions * (rowBytes + AtRestCipher.TagSize)) : positions * rowBytes;

    /// <summary>The vector of one position as a kept file has it, or null where it does not hold it.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[]? Read(string folder, Bytes32 jobId, int position, int rowBytes, AtRestCipher? atRest)
    {
        using FileStream stream = new(PathOf(folder, jobId), FileMode.Open, FileAccess.Read);
        byte[] salt = new byte[atRest is null ? 0 : AtRestCipher.SaltSize];
        byte[] piece = new byte[rowBytes + (atRest is null ? 0 : AtRestCipher.TagSize)];
        if (position < 0 || stream.Length < salt.Length + ((position + 1L) * piece.Length))
            return null;
        stream.ReadExactly(salt);
        stream.Position = salt.Length + (position * (long)piece.Length);
        stream.ReadExactly(piece);
        if (atRest is null)
            return piece;
        byte[] row = new byte[rowBytes];
        using AesGcm cipher = atRest.Cipher(jobId, salt);
        return AtRestCipher.TryDecrypt(cipher, (ulong)position, piece, row) ? row : null;
    }

    /// <summary>Deletes what a crash left half written.</summary>
    public static void Clean(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (string left in Directory.EnumerateFiles(folder, "*.partial"))
            File.Delete(left);
    }

    /// <summary>Appends whole vectors.</summary>
    public void Append(ReadOnlySpan<byte> vectors)
    {
        if (_cipher is null)
        {
            _stream.Write(vectors);
            return;
        }
        byte[] piece = new byte[_rowBytes + AtRestCipher.TagSize];
        for (; vectors.Length >= _rowBytes; vectors = vectors[_rowBytes..])
        {
            _cipher.Encrypt(AtRestCipher.Nonce(_written++), vectors[.._rowBytes], piece.AsSpan(0, _rowBytes), piece.AsSpan(_rowBytes));
            _stream.Write(piece);
        }
    }

    /// <summary>Cuts to <paramref name="positions"/> and keeps the file durably.</summary>
    public void Keep(long positions)
    {
        _stream.SetLength(Math.Min(SizeOf(positions, _rowBytes, _cipher is not null), _stream.Length));
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_partial, _final, overwrite: true);
        _kept = true;
    }

    public void Dispose()
    {
        _cipher?.Dispose();
        _stream.Dispose();
        if (!_kept)
            File.Delete(_partial);
    }
}
