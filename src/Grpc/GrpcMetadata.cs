using System.Collections;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc;

/// <summary>
/// The headers or trailers of a call: an ordered list in which a name may occur several times. Not thread-safe.
/// </summary>
public sealed class GrpcMetadata : IReadOnlyCollection<GrpcMetadataEntry>
{
    private readonly List<GrpcMetadataEntry> _entries = [];

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <summary>Appends a text entry.</summary>
    /// <param name="key">Letters, digits, '-', '_' and '.', not ending in "-bin"; kept in lower case.</param>
    /// <param name="value">Printable ASCII (0x20 to 0x7E) without blanks at its ends, which HTTP would drop.</param>
    /// <exception cref="ArgumentException">The name is malformed or reserved, or the value is not such text.</exception>
    public void Add(string key, string value)
    {
        string name = Checked(key, binary: false);
        if (!MetadataRules.IsText(value))
            throw new ArgumentException($"The value of {name} is not printable ASCII without outer blanks.", nameof(value));
        _entries.Add(new GrpcMetadataEntry(name, value));
    }

    /// <summary>Appends a binary entry; it travels as base64.</summary>
    /// <param name="key">As for text, but ending in "-bin".</param>
    /// <param name="value">Any bytes; copied.</param>
    /// <exception cref="ArgumentException">The name is malformed or reserved.</exception>
    public void AddBinary(string key, ReadOnlySpan<byte> value) =>
        _entries.Add(new GrpcMetadataEntry(Checked(key, binary: true), value.ToArray()));

    /// <summary>The first text value under a name, or null where there is none.</summary>
    public string? GetText(string key) => Find(key, binary: false)?.Text;

    /// <summary>The first binary value under a name, or null where there is none.</summary>
    public ReadOnlyMemory<byte>? GetBinary(string key) => Find(key, binary: true)?.Bytes;

    /// <inheritdoc/>
    public IEnumerator<GrpcMetadataEntry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void AddFromWire(GrpcMetadataEntry entry) => _entries.Add(entry);

    internal void AddRange(GrpcMetadata other) => _entries.AddRange(other._entries);

    private static string Checked(string key, bool binary)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        string name = key.ToLowerInvariant();
        if (!MetadataRules.IsName(name) || MetadataRules.IsReserved(name))
            throw new ArgumentException($"The metadata name '{name}' is malformed or reserved.", nameof(key));
        if (MetadataRules.IsBinary(name) != binary)
            throw new ArgumentException($"Exactly binary metadata has a name ending in -bin; got '{name}'.", nameof(key));
        return name;
    }

    private GrpcMetadataEntry? Find(string key, bool binary) =>
        _entries.Find(e => e.IsBinary == binary && string.Equals(e.Key, key, StringComparison.OrdinalIgnoreCase));
}
