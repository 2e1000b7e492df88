using TeeTee.Inference.Gguf;

namespace TeeTee.Inference.Tokenization;

/// <summary>Byte-level BPE: bytes of one pre-token merge by the rank of their pair in the file's list of merges.</summary>
internal sealed class ByteLevelAlgorithm : ITokenAlgorithm
{
    private const int MaxMerges = 1 << 22;
    private readonly Vocabulary _vocabulary;
    private readonly PreTokenizer _preTokenizer;
    private readonly uint? _unknown;
    private readonly PieceTable _pieces;
    private readonly Dictionary<(int Left, int Right), (uint Rank, int Merged)> _merges = [];
    private readonly ReadOnlyMemory<byte>[] _bytes;
    private readonly int[] _bytePieces = new int[256];

    public ByteLevelAlgorithm(Vocabulary vocabulary, GgufStrings? merges, PreTokenizer preTokenizer, uint? unknown)
    {
        if (merges is null || merges.Count == 0)
            throw new TokenizerException("A byte-level BPE tokenizer needs tokenizer.ggml.merges, which is missing.");
        if (merges.Count > MaxMerges)
            throw new TokenizerException($"The tokenizer has {merges.Count} merges, at most {MaxMerges} are accepted.");
        (_vocabulary, _preTokenizer, _unknown) = (vocabulary, preTokenizer, unknown);
        _pieces = new PieceTable(vocabulary.Count);
        _bytes = new ReadOnlyMemory<byte>[vocabulary.Count];
        for (int id = 0; id < vocabulary.Count; id++)
            Register(id);
        for (int value = 0; value < 256; value++)
            _bytePieces[value] = PieceOf([(byte)value]);
        _merges.EnsureCapacity(merges.Count);
        byte[] buffer = new byte[256];
        for (int rank = 0; rank < merges.Count; rank++)
            AddMerge(merges[rank], rank, ref buffer);
    }

    public void Encode(ReadOnlySpan<byte> text, bool atStart, List<uint> output)
    {
        List<int> ends = [];
        _preTokenizer.Split(text, ends);
        SymbolList symbols = new();
        int start = 0;
        foreach (int end in ends)
        {
            if (_preTokenizer.TakesWholeWords && _pieces.TryGet(text[start..end], out int whole) && whole < _vocabulary.Count)
                output.Add((uint)whole);
            else
                EncodeWord(text[start..end], symbols, output);
            start = end;
        }
    }

    public ReadOnlyMemory<byte> Bytes(int id) => _bytes[id];

    private void Register(int id)
    {
        ReadOnlyMemory<byte> text = _vocabulary.Text(id);
        bool special = _vocabulary.Type(id) is TokenType.Control or TokenType.Unknown or TokenType.UserDefined;
        byte[]? bytes = special ? null : ByteAlphabet.ToBytes(text.Span);
        _bytes[id] = bytes ?? text;
        if (bytes is { Length: > 0 })
            _pieces.Add(bytes, id);
    }

    /// <summary>The number of a piece; pieces that are no token but occur on the way to one are numbered behind the tokens.</summary>
    private int PieceOf(ReadOnlySpan<byte> piece)
    {
        if (_pieces.TryGet(piece, out int number))
            return number;
        number = _vocabulary.Count + _pieces.Count;
        _pieces.Add(piece.ToArray(), number);
        return number;
    }

    private void AddMerge(ReadOnlySpan<byte> merge, int rank, ref byte[] buffer)
    {
        if (buffer.Length < merge.Length)
            buffer = new byte[merge.Length * 2];
        int space = merge.Length < 3 ? -1 : merge[1..].IndexOf((byte)' ') + 1;
        int left = space > 0 ? ByteAlphabet.ToBytes(merge[..space], buffer) : -1;
        int right = left > 0 ? ByteAlphabet.ToBytes(merge[(space + 1)..], buffer.AsSpan(left)) : -1;
        if (right <= 0)
            throw new TokenizerException($"Merge {rank} of tokenizer.ggml.merges is not two byte-level pieces with a space between.");
        int merged = PieceOf(buffer.AsSpan(0, left + right));
        _merges.TryAdd((PieceOf(buffer.AsSpan(0, left)), PieceOf(buffer.AsSpan(left, right))), ((uint)rank, merged));
    }

    private void EncodeWord(ReadOnlySpan<byte> word, SymbolList symbols, List<uint> output)
    {
        symbols.Reset(word.Length);
        for (int i = 0; i < word.Length; i++)
            symbols.Add(i, 1, _bytePieces[word[i]]);
        for (int i = 0; i + 1 < word.Length; i++)
            Offer(symbols, i);
        while (symbols.TryMerge(out int left))
        {
            if (symbols[left].Previous >= 0)
                Offer(symbols, symbols[left].Previous);
            if (symbols[left].Next >= 0)
                Offer(symbols, left);
        }
        for (int i = 0; i >= 0; i = symbols[i].Next)
            Emit(symbols[i].Piece, word.Slice(symbols[i].Start, symbols[i].Length), output);
    }

    private void Offer(SymbolList symbols, int left)
    {
        SymbolList.Symbol first = symbols[left];
        if (_merges.TryGetValue((first.Piece, symbols[first.Next].Piece), out (uint Rank, int Merged) merge))
            symbols.Offer(left, merge.Merged, merge.Rank);
    }

    private void Emit(int piece, ReadOnlySpan<byte> bytes, List<uint> output)
    {
        if (piece < _vocabulary.Count)
        {
            output.Add((uint)piece);
            return;
        }
        foreach (byte value in bytes)
        {
            int single = _bytePieces[value];
            if (single >= _vocabulary.Count && _unknown is null)
                throw new TokenizerException($"The vocabulary has neither a token for byte 0x{value:X2} nor an unknown token.");
            output.Add(single < _vocabulary.Count ? (uint)single : _unknown!.Value);
        }
    }
}
