namespace TeeTee.Inference.Tests.Support;

/// <summary>A SentencePiece vocabulary: unknown, begin, end, 256 bytes, then pieces that merge into short words.</summary>
internal static class SyntheticVocabulary
{
    private static readonly string[] s_pieces =
    [
        "\u2581", "e", "t", "a", "o", "h", "n", "r", "s", "l", "d", "w", "i", "c", "u", "m", "\u2581t", "\u2581a", "he", "\u2581the",
        "in", "er", "on", "re", "\u2581w", "\u2581s", "or", "ld", "\u2581wor", "\u2581world", "lo", "llo", "\u2581he", "\u2581hello", "an",
    ];

    public static void AddTo(GgufBuilder builder, int size)
    {
        string[] tokens = new string[size];
        float[] scores = new float[size];
        int[] types = new int[size];
        for (int i = 0; i < size; i++)
        {
            (tokens[i], scores[i], types[i]) = i switch
            {
                0 => ("<unk>", 0f, 2),
                1 => ("<s>", 0f, 3),
                2 => ("</s>", 0f, 3),
                < 259 => ($"<0x{i - 3:X2}>", 0f, 6),
                _ when i - 259 < s_pieces.Length => (s_pieces[i - 259], -(i - 259f), 1),
                _ => ($"filler{i}", -1000f - i, 1),
            };
        }
        builder.With("tokenizer.ggml.model", "llama").With("tokenizer.ggml.tokens", tokens)
            .With("tokenizer.ggml.scores", scores).With("tokenizer.ggml.token_type", types)
            .With("tokenizer.ggml.bos_token_id", 1u).With("tokenizer.ggml.eos_token_id", 2u)
            .With("tokenizer.ggml.unknown_token_id", 0u);
    }
}
