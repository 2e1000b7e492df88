using System.Globalization;
using System.Text.Json;
using TeeTee.Inference.Tokenization;

namespace TeeTee.Inference.HuggingFace;

/// <summary>
/// The tokens of tokenizer.json by number: those of the model, the added ones, and unused ones in the numbers that are left
/// up to the rows of the embedding.
/// </summary>
internal sealed class HuggingFaceVocabulary
{
    private readonly JsonSection _tokenizer;
    private readonly string?[] _texts;
    private readonly Dictionary<string, int> _ids = [];
    private string[]? _all;

    public HuggingFaceVocabulary(JsonSection tokenizer, JsonSection model, int size, bool bytes)
    {
        (_tokenizer, _texts, Types) = (tokenizer, new string?[size], new TokenType[size]);
        Array.Fill(Types, TokenType.Unused);
        JsonSection vocabulary = model.FindObject("vocab") ?? throw model.Fault($"{model.Key("vocab")} is missing");
        foreach (JsonProperty entry in vocabulary.Element.EnumerateObject())
        {
            string text = _tokenizer.NameOf(entry);
            Add(Number(entry.Value, text), text, bytes && IsByte(text) ? TokenType.Byte : TokenType.Normal);
        }
        foreach (JsonElement element in tokenizer.Items("added_tokens"))
            AddSpecial(new JsonSection(tokenizer.File, tokenizer.Stage, element, "added_tokens"));
        if (model.FindText("unk_token") is string unknown)
            Types[Unknown(unknown)] = TokenType.Unknown;
    }

    public TokenType[] Types { get; }

    public int Count => _texts.Length;

    /// <summary>The texts by number; to be asked for when all are known.</summary>
    public string[] Texts => _all ??= [.. _texts.Select(static (text, id) => text ?? $"[PAD{id.ToString(CultureInfo.InvariantCulture)}]")];

    public bool Contains(string text) => _ids.ContainsKey(text);

    public int? Find(string text) => _ids.TryGetValue(text, out int id) ? id : null;

    /// <summary>True for a token that text is made of, not for a special one.</summary>
    public bool IsNormal(string text) => Find(text) is int id && Types[id] == TokenType.Normal;

    private static bool IsByte(string text) => text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>'
        && byte.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);

    private int Number(JsonElement value, string text) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id >= 0 && id < _texts.Length
            ? id
            : throw _tokenizer.Fault($"token '{text}' has the number {JsonSection.Shown(value)}, but the model has {_texts.Length} tokens (vocab_size)");

    private void Add(int id, string text, TokenType type)
    {
        if (_texts[id] is not null)
            throw _tokenizer.Fault($"tokens '{_texts[id]}' and '{text}' have the same number {id}");
        _texts[id] = text;
        Types[id] = type;
        _ids.TryAdd(text, id);
    }

    private void AddSpecial(JsonSection added)
    {
        string text = added.Text("content");
        int id = added.Integer("id", 0, Count - 1);
        foreach (string flag in (ReadOnlySpan<string>)["single_word", "lstrip", "rstrip"])
        {
            if (added.Flag(flag, false))
                throw added.Fault($"added token '{text}' wants {flag}, which is not supported");
        }
        TokenType type = added.Flag("special", false) ? TokenType.Control : TokenType.UserDefined;
        if (_texts[id] is null)
            Add(id, text, type);
        else if (_texts[id] != text)
            throw added.Fault($"added token '{text}' has the number {id} of '{_texts[id]}'");
        Types[id] = type;
    }

    private int Unknown(string text) => Find(text) ?? throw _tokenizer.Fault($"the unknown token '{text}' is no token");
}
