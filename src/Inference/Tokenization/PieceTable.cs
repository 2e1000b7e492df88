namespace TeeTee.Inference.Tokenization;

/// <summary>A dictionary from byte strings to numbers that is asked with spans.</summary>
internal sealed class PieceTable
{
    private readonly Dictionary<ReadOnlyMemory<byte>, int> _entries;
    private readonly Dictionary<ReadOnlyMemory<byte>, int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public PieceTable(int capacity)
    {
        _entries = new Dictionary<ReadOnlyMemory<byte>, int>(capacity, new Comparer());
        _lookup = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>The longest entry in bytes.</summary>
    public int Longest { get; private set; }

    public int Count => _entries.Count;

    /// <summary>Adds an entry unless there is one already: the first of equal pieces counts.</summary>
    public void Add(ReadOnlyMemory<byte> piece, int value)
    {
        if (_entries.TryAdd(piece, value))
            Longest = Math.Max(Longest, piece.Length);
    }

    public bool TryGet(ReadOnlySpan<byte> piece, out int value)
    {
        value = -1;
        return piece.Length <= Longest && _lookup.TryGetValue(piece, out value);
    }

    private sealed class Comparer
        : IEqualityComparer<ReadOnlyMemory<byte>>, IAlternateEqualityComparer<ReadOnlySpan<byte>, ReadOnlyMemory<byte>>
    {
        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public bool Equals(ReadOnlySpan<byte> alternate, ReadOnlyMemory<byte> other) => alternate.SequenceEqual(other.Span);

        public int GetHashCode(ReadOnlyMemory<byte> piece) => GetHashCode(piece.Span);

        /// <summary>Seeded per process by HashCode, so that a file cannot be made to collide.</summary>
        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            HashCode hash = default;
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public ReadOnlyMemory<byte> Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
