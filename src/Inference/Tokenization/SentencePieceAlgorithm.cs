using System.Buffers;
using System.Globalization;
using System.Text;

namespace TeeTee.Inference.Tokenization;

/// <summary>
/// SentencePiece BPE with the results of llama.cpp on valid UTF-8: spaces become U+2581, one is put before the text, characters merge by the
/// score of the token they make, and what is no token falls back to byte tokens. Invalid UTF-8 passes through as bytes.
/// </summary>
internal sealed class SentencePieceAlgorithm : ITokenAlgorithm
{
    private static readonly byte[] s_space = "\u2581"u8.ToArray();
    private readonly Vocabulary _vocabulary;
    private readonly PieceTable _pieces;
    private readonly int[] _byteTokens = new int[256];
    private readonly bool _addSpacePrefix;
    private readonly uint? _unknown;

    public SentencePieceAlgorithm(Vocabulary vocabulary, bool addSpacePrefix, uint? unknown)
    {
        if (!vocabulary.HasScores)
            throw new TokenizerException("A SentencePiece tokenizer needs tokenizer.ggml.scores, which is missing.");
        (_vocabulary, _addSpacePrefix, _unknown) = (vocabulary, addSpacePrefix, unknown);
        _pieces = new PieceTable(vocabulary.Count);
        Array.Fill(_byteTokens, -1);
        for (int id = 0; id < vocabulary.Count; id++)
            Register(id);
    }

    public void Encode(ReadOnlySpan<byte> text, bool atStart, List<uint> output)
    {
        byte[] escaped = Escape(text, atStart && _addSpacePrefix);
        SymbolList symbols = new();
        symbols.Reset(escaped.Length);
        for (int at = 0; at < escaped.Length; at += symbols[symbols.Count - 1].Length)
            symbols.Add(at, CharacterLength(escaped.AsSpan(at)), -1);
        for (int i = 0; i + 1 < symbols.Count; i++)
            Offer(symbols, i, escaped);
        while (symbols.TryMerge(out int left))
        {
            if (symbols[left].Previous >= 0)
                Offer(symbols, symbols[left].Previous, escaped);
            if (symbols[left].Next >= 0)
                Offer(symbols, left, escaped);
        }
        for (int i = symbols.Count > 0 ? 0 : -1; i >= 0; i = symbols[i].Next)
            Emit(escaped.AsSpan(symbols[i].Start, symbols[i].Length), output);
    }

    public ReadOnlyMemory<byte> Bytes(int id)
    {
        ReadOnlyMemory<byte> text = _vocabulary.Text(id);
        if (_vocabulary.Type(id) == TokenType.Byte)
            return TryParseByte(text.Span, out byte value) ? new byte[] { value } : default;
        return text.Span.IndexOf(s_space) < 0 ? text : Unescape(text.Span);
    }

    /// <summary>Order of merging: high scores first; the bits of a float compare like integers once the sign is folded.</summary>
    private static uint Priority(float score)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f);
        uint ascending = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
        return ~ascending;
    }

    /// <summary>
    /// A byte that starts no valid character is one symbol of its own; llama.cpp goes by the leading byte alone and lets it
    /// swallow what follows, which loses escaped spaces.
    /// </summary>
    private static int CharacterLength(ReadOnlySpan<byte> text) =>
        text[0] >= 0x80 && Rune.DecodeFromUtf8(text, out _, out int consumed) == OperationStatus.Done ? consumed : 1;

    private static byte[] Escape(ReadOnlySpan<byte> text, bool prefix)
    {
        byte[] escaped = new byte[text.Length + 2 * text.Count((byte)' ') + (prefix ? s_space.Length : 0)];
        if (prefix)
            s_space.CopyTo(escaped, 0);
        int used = prefix ? s_space.Length : 0;
        foreach (byte value in text)
        {
            if (value != (byte)' ')
            {
                escaped[used++] = value;
                continue;
            }
            s_space.CopyTo(escaped, used);
            used += s_space.Length;
        }
        return escaped;
    }

    private static byte[] Unescape(ReadOnlySpan<byte> text)
    {
        List<byte> bytes = new(text.Length);
        while (text.Length > 0)
        {
            bool space = text.StartsWith(s_space);
            bytes.Add(space ? (byte)' ' : text[0]);
            text = text[(space ? s_space.Length : 1)..];
        }
        return [.. bytes];
    }

    private static bool TryParseByte(ReadOnlySpan<byte> text, out byte value)
    {
        value = 0;
        return text.Length == 6 && text.StartsWith("<0x"u8) && text[5] == (byte)'>'
            && byte.TryParse(Encoding.ASCII.GetString(text[3..5]), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Control and unknown tokens are never made from text; byte tokens only by falling back.</summary>
    private void Register(int id)
    {
        switch (_vocabulary.Type(id))
        {
            case TokenType.Byte when TryParseByte(_vocabulary.Text(id).Span, out byte value):
                if (_byteTokens[value] < 0)
                    _byteTokens[value] = id;
                break;
            case TokenType.Byte:
                throw new TokenizerException($"Byte token {id} is not written as <0xHH>.");
            case TokenType.Normal or TokenType.Unused or TokenType.UserDefined when _vocabulary.Text(id).Length > 0:
                _pieces.Add(_vocabulary.Text(id), id);
                break;
        }
    }

    private void Offer(SymbolList symbols, int left, byte[] text)
    {
        SymbolList.Symbol first = symbols[left];
        int length = first.Length + symbols[first.Next].Length;
        if (_pieces.TryGet(text.AsSpan(first.Start, length), out int id))
            symbols.Offer(left, id, Priority(_vocabulary.Score(id)));
    }

    private void Emit(ReadOnlySpan<byte> piece, List<uint> output)
    {
        if (_pieces.TryGet(piece, out int id))
        {
            output.Add((uint)id);
            return;
        }
        int missing = FirstWithoutToken(piece);
        if (missing >= 0)
            output.Add(_unknown ?? throw new TokenizerException(
                $"The vocabulary has neither a token for byte 0x{piece[missing]:X2} nor an unknown token."));
        else
            foreach (byte value in piece)
                output.Add((uint)_byteTokens[value]);
    }

    private int FirstWithoutToken(ReadOnlySpan<byte> piece)
    {
        for (int i = 0; i < piece.Length; i++)
        {
            if (_byteTokens[piece[i]] < 0)
                return i;
        }
        return -1;
    }
}
