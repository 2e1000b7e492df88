namespace TeeTee.Inference.HuggingFace;

/// <summary>
/// What a tokenizer.json does to a text before it merges. For byte-level tokenizers nothing or NFC, which is not done here (nor
/// in llama.cpp): text that is not in NFC gets other tokens than from the original. For SentencePiece the escape of spaces,
/// wherever a file puts it; anything else is refused.
/// </summary>
internal sealed class SpaceEscape
{
    private const string Space = "\u2581";
    private readonly JsonSection[] _normalizers;
    private readonly JsonSection? _preTokenizer;

    public SpaceEscape(JsonSection tokenizer, bool sentencePiece)
    {
        JsonSection? normalizer = tokenizer.FindObject("normalizer");
        (_normalizers, _preTokenizer) = (Parts(normalizer, "normalizers"), tokenizer.FindObject("pre_tokenizer"));
        bool known = sentencePiece ? IsReplacement() || IsMetaspace() : _normalizers.All(static part => part.FindText("type") == "NFC");
        if (!known)
            throw tokenizer.Fault($"the normalizer {Shown(normalizer)} with the pre_tokenizer {Shown(_preTokenizer)} is not supported");
    }

    /// <summary>
    /// Whether a space goes before a text. Metaspace's "first" counts as "always", as in llama.cpp: GGUF has no word for a space
    /// at the start only.
    /// </summary>
    public bool AddsPrefix => _preTokenizer is null ? _normalizers is [var first, _] && IsPrepend(first) : _preTokenizer.FindText("prepend_scheme") != "never";

    /// <summary>The parts of something that may be a sequence of them.</summary>
    public static JsonSection[] Parts(JsonSection? whole, string list) => whole is null ? []
        : whole.FindText("type") == "Sequence"
            ? [.. whole.Items(list).Select(part => new JsonSection(whole.File, whole.Stage, part, whole.Key(list)))]
            : [whole];

    private bool IsReplacement() => _preTokenizer is null && (_normalizers is [var only] ? IsReplace(only)
        : _normalizers is [var first, var second] && IsPrepend(first) && IsReplace(second));

    private bool IsMetaspace() => _normalizers is [] && _preTokenizer is JsonSection part && part.FindText("type") == "Metaspace"
        && part.FindText("replacement") == Space && !part.Flag("split", true) && part.FindText("prepend_scheme") is "first" or "always" or "never";

    private static bool IsPrepend(JsonSection part) => part.FindText("type") == "Prepend" && part.FindText("prepend") == Space;

    private static bool IsReplace(JsonSection part) => part.FindText("type") == "Replace"
        && part.FindObject("pattern")?.FindText("String") == " " && part.FindText("content") == Space;

    private static string Shown(JsonSection? section) => section is null ? "null" : JsonSection.Shown(section.Element);
}
