using System.Text.Json;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Tokenization;

namespace TeeTee.Inference.HuggingFace;

/// <summary>The tokenizer of a directory in GGUF's terms: byte-level BPE ("gpt2"), or SentencePiece BPE with byte tokens ("llama").</summary>
internal sealed class HuggingFaceTokenizer
{
    private const string TokenizerFile = "tokenizer.json";
    private const string ConfigFile = "tokenizer_config.json";
    private const int MaxTokenizerBytes = 256 << 20;
    private const int MaxConfigBytes = 16 << 20;
    private readonly JsonSection _tokenizer;
    private readonly JsonSection _model;
    private readonly JsonSection? _config;
    private readonly HuggingFaceVocabulary _vocabulary;
    private readonly List<(string Left, string Right)> _merges;
    private readonly bool _sentencePiece;
    private readonly string? _preTokenizer;
    private readonly SpaceEscape _spaces;

    public HuggingFaceTokenizer(string directory, HuggingFaceConfig config)
    {
        _tokenizer = JsonSection.Read(directory, TokenizerFile, HuggingFaceStage.Tokenizer, MaxTokenizerBytes);
        _config = JsonSection.Find(directory, ConfigFile, HuggingFaceStage.Tokenizer, MaxConfigBytes);
        _model = _tokenizer.FindObject("model") ?? throw _tokenizer.Fault("model is missing");
        _sentencePiece = _model.Flag("byte_fallback", false);
        CheckModel();
        _vocabulary = new HuggingFaceVocabulary(_tokenizer, _model, config.Vocabulary, _sentencePiece);
        _merges = HuggingFaceMerges.Read(_model);
        _preTokenizer = _sentencePiece ? null : PreTokenizerRecognition.Recognize(_tokenizer, _model, _merges);
        _spaces = new SpaceEscape(_tokenizer, _sentencePiece);
        ChatTemplate = ChatTemplateSource.Read(directory, _config);
        (Bos, Eos) = (SpecialId("bos_token", config.TokenIds("bos_token_id")), SpecialId("eos_token", config.TokenIds("eos_token_id")));
        JsonSection? generation = JsonSection.Find(directory, "generation_config.json", HuggingFaceStage.Configuration, MaxConfigBytes);
        Ends = FindEnds(config.TokenIds("eos_token_id").Concat(HuggingFaceConfig.TokenIds(generation, "eos_token_id")));
        AddsBos = ReadAddsBos();
    }

    public string? ChatTemplate { get; }

    /// <summary>What is left to name as ends of a generation: EOS and the ends that readers know by their text are not among them.</summary>
    private IReadOnlyList<int> Ends { get; }

    private int? Bos { get; }

    private int? Eos { get; }

    private bool AddsBos { get; }

    public void AddTo(GgufWriter writer)
    {
        writer.Add("tokenizer.ggml.model", _sentencePiece ? "llama" : "gpt2");
        if (_preTokenizer is not null)
            writer.Add("tokenizer.ggml.pre", _preTokenizer);
        writer.Add("tokenizer.ggml.tokens", _vocabulary.Texts);
        writer.Add("tokenizer.ggml.token_type", [.. _vocabulary.Types.Select(static type => (int)type)]);
        if (_sentencePiece)
        {
            writer.Add("tokenizer.ggml.scores", HuggingFaceMerges.Scores(_model, _vocabulary, _merges));
            writer.Add("tokenizer.ggml.add_space_prefix", _spaces.AddsPrefix);
        }
        else
            writer.Add("tokenizer.ggml.merges", [.. _merges.Select(static merge => $"{merge.Left} {merge.Right}")]);
        AddIds(writer);
        writer.Add("tokenizer.ggml.add_bos_token", AddsBos);
        if (ChatTemplate is not null)
            writer.Add("tokenizer.chat_template", ChatTemplate);
    }

    /// <summary>A missing id is said to be missing, because readers have defaults for SentencePiece.</summary>
    private void AddIds(GgufWriter writer)
    {
        writer.Add("tokenizer.ggml.bos_token_id", Bos is int bos ? (uint)bos : uint.MaxValue);
        writer.Add("tokenizer.ggml.eos_token_id", Eos is int eos ? (uint)eos : uint.MaxValue);
        int unknown = Array.IndexOf(_vocabulary.Types, TokenType.Unknown);
        writer.Add("tokenizer.ggml.unknown_token_id", unknown < 0 ? uint.MaxValue : (uint)unknown);
        if (Ends.Count > 0)
            writer.Add("tokenizer.ggml.eot_token_id", (uint)Ends[0]);
        if (Ends.Count > 1)
            writer.Add("tokenizer.ggml.eom_token_id", (uint)Ends[1]);
    }

    private void CheckModel()
    {
        if (_model.FindText("type") is string type and not "BPE")
            throw _model.Fault($"{_model.Key("type")} {type} is not supported; version 1 imports BPE");
        foreach (string affix in (ReadOnlySpan<string>)["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (_model.FindText(affix) is { Length: > 0 })
                throw _model.Fault($"{_model.Key(affix)} is not supported");
        }
        if ((_model.FindNumber("dropout") ?? 0f) != 0f)
            throw _model.Fault($"{_model.Key("dropout")} is not supported");
    }

    /// <summary>The text of tokenizer_config.json decides, also where it is null; without the key, the number of config.json.</summary>
    private int? SpecialId(string name, IReadOnlyList<int> fallback)
    {
        if (_config is null || !_config.Has(name))
            return fallback.Count == 0 ? null : Checked(fallback[0], name);
        return SpecialText(name) is string text
            ? _vocabulary.Find(text) ?? throw _config.Fault($"{name} '{text}' is no token")
            : null;
    }

    private string? SpecialText(string name) => _config!.Find(name) is not JsonElement value ? null
        : value.ValueKind == JsonValueKind.Object ? new JsonSection(_config.File, _config.Stage, value, name).Text("content") : _config.Text(name);

    private int Checked(int id, string name) => id < _vocabulary.Count
        ? id
        : throw _tokenizer.Fault($"{name} has the number {id}, but there are {_vocabulary.Count} tokens");

    private int[] FindEnds(IEnumerable<int> ids)
    {
        string[] texts = _vocabulary.Texts;
        int[] ends = [.. ids.Select(id => Checked(id, "eos_token_id")).Distinct().Where(id => id != Eos && !SpecialIds.IsKnownEnd(texts[id], _vocabulary.Types[id]))];
        return ends.Length <= 2 ? ends : throw _tokenizer.Fault($"the model ends its answers with {ends.Length} tokens that GGUF has no names for");
    }

    private bool ReadAddsBos()
    {
        if (_config?.Flag("add_eos_token", false) == true)
            throw _config.Fault("add_eos_token is not supported");
        bool adds = PostProcessor.AddsBos(_tokenizer, Bos is int bos ? _vocabulary.Texts[bos] : null);
        return (_config?.Flag("add_bos_token", adds) ?? adds) && Bos is not null;
    }
}
