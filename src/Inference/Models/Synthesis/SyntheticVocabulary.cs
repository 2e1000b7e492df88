using System.Globalization;
using TeeTee.Inference.Gguf;

namespace TeeTee.Inference.Models.Synthesis;

/// <summary>
/// A SentencePiece vocabulary of any size from 259 tokens on: unknown, begin, end, the 256 bytes, pieces that merge into a few English
/// words, and numbered fillers. Every text can be encoded, and decodes to itself.
/// </summary>
internal static class SyntheticVocabulary
{
    public const int LeastTokens = 259;

    private static readonly string[] s_pieces =
    [
        "\u2581", "e", "t", "a", "o", "i", "n", "s", "h", "r", "d", "l", "c", "u", "m", "w", "f", "g", "y", "p", "b", "v", "k",
        "he", "in", "er", "on", "re", "an", "or", "ll", "ing", "\u2581t", "\u2581a", "\u2581s", "\u2581w", "\u2581h", "\u2581the", "\u2581in", "\u2581he",
    ];

    private const string Template =
        "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}</s>\n{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}";

    public static void AddTo(GgufWriter writer, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, LeastTokens);
        int[] ids = [.. Enumerable.Range(0, size)];
        writer.Add("tokenizer.ggml.model", "llama");
        writer.Add("tokenizer.ggml.pre", "default");
        writer.Add("tokenizer.ggml.tokens", Array.ConvertAll(ids, Text));
        writer.Add("tokenizer.ggml.scores", Array.ConvertAll(ids, id => id < LeastTokens ? 0f : LeastTokens - (float)id));
        writer.Add("tokenizer.ggml.token_type", Array.ConvertAll(ids, Type));
        writer.Add("tokenizer.ggml.bos_token_id", 1u);
        writer.Add("tokenizer.ggml.eos_token_id", 2u);
        writer.Add("tokenizer.ggml.unknown_token_id", 0u);
        writer.Add("tokenizer.chat_template", Template);
    }

    private static string Text(int id) => id switch
    {
        0 => "<unk>",
        1 => "<s>",
        2 => "</s>",
        < LeastTokens => string.Create(CultureInfo.InvariantCulture, $"<0x{id - 3:X2}>"),
        _ when id - LeastTokens < s_pieces.Length => s_pieces[id - LeastTokens],
        _ => string.Create(CultureInfo.InvariantCulture, $"\u2581word{id}"),
    };

    private static int Type(int id) => id switch
    {
        0 => 2,
        1 or 2 => 3,
        < LeastTokens => 6,
        _ => 1,
    };
}
