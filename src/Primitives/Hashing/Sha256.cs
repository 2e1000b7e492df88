using System.Security.Cryptography;

namespace TeeTee.Primitives;

/// <summary>SHA-256 (FIPS 180-4), at once or piece by piece.</summary>
public sealed class Sha256 : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The hash of <paramref name="data"/>.</summary>
    public static Bytes32 Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        SHA256.HashData(data, hash);
        return new Bytes32(hash);
    }

    /// <summary>Adds <paramref name="data"/> to the message.</summary>
    public void Append(ReadOnlySpan<byte> data) => _hash.AppendData(data);

    /// <summary>The hash of what was appended; the message starts empty again.</summary>
    public Bytes32 Finish()
    {
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        _hash.GetHashAndReset(hash);
        return new Bytes32(hash);
    }

    public void Dispose() => _hash.Dispose();
}
