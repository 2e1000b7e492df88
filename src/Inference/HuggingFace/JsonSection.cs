using System.Text.Json;

namespace TeeTee.Inference.HuggingFace;

/// <summary>One object of a JSON file, with typed access whose failures name file and key. A null counts as missing.</summary>
internal sealed class JsonSection
{
    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false, MaxDepth = 64 };
    private readonly string _path;

    public JsonSection(string file, HuggingFaceStage stage, JsonElement element, string path = "")
    {
        (File, Stage, Element, _path) = (file, stage, element, path);
        if (element.ValueKind != JsonValueKind.Object)
            throw Fault($"{(path.Length == 0 ? "the file" : path)} must be an object, but is {element.ValueKind}");
    }

    public string File { get; }

    public HuggingFaceStage Stage { get; }

    public JsonElement Element { get; }

    /// <summary>Reads a file of at most <paramref name="maxBytes"/> bytes.</summary>
    /// <exception cref="HuggingFaceException">It is missing, too long, or no JSON object.</exception>
    public static JsonSection Read(string directory, string file, HuggingFaceStage stage, int maxBytes) =>
        Find(directory, file, stage, maxBytes) ?? throw new HuggingFaceException(file, stage, "the file is missing");

    /// <summary>As <see cref="Read"/>, null for a missing file.</summary>
    public static JsonSection? Find(string directory, string file, HuggingFaceStage stage, int maxBytes)
    {
        FileInfo info = new(Path.Combine(directory, file));
        if (!info.Exists)
            return null;
        if (info.Length > maxBytes)
            throw new HuggingFaceException(file, stage, $"the file has {info.Length} bytes, at most {maxBytes} are accepted");
        return Parse(file, stage, System.IO.File.ReadAllBytes(info.FullName));
    }

    public static JsonSection Parse(string file, HuggingFaceStage stage, ReadOnlyMemory<byte> json)
    {
        try
        {
            return new JsonSection(file, stage, JsonDocument.Parse(json, s_options).RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second for keys that cannot be compared, because they are no valid texts.
            throw new HuggingFaceException(file, stage, $"no JSON: {exception.Message}", exception);
        }
    }

    public HuggingFaceException Fault(string cause) => new(File, Stage, cause);

    /// <summary>The key as a person would look for it.</summary>
    public string Key(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>Whether the key is there, be it null.</summary>
    public bool Has(string name)
    {
        try
        {
            return Element.TryGetProperty(name, out _);
        }
        catch (InvalidOperationException exception)
        {
            throw new HuggingFaceException(File, Stage, $"a key beside {Key(name)} is no valid text", exception);
        }
    }

    public JsonElement? Find(string name) =>
        Has(name) && Element.GetProperty(name) is { ValueKind: not JsonValueKind.Null } value ? value : null;

    public JsonSection? FindObject(string name) =>
        Find(name) is JsonElement value ? new JsonSection(File, Stage, value, Key(name)) : null;

    public string? FindText(string name) => Find(name) is JsonElement value ? TextOf(value, Key(name)) : null;

    public string Text(string name) => FindText(name) ?? throw Fault($"{Key(name)} is missing");

    public int? FindInteger(string name, int least, int most)
    {
        if (Find(name) is not JsonElement value)
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out long number) || number < least || number > most)
            throw Fault($"{Key(name)} is {Shown(value)}, an integer of {least} to {most} is needed");
        return (int)number;
    }

    public int Integer(string name, int least, int most) => FindInteger(name, least, most) ?? throw Fault($"{Key(name)} is missing");

    public float? FindNumber(string name)
    {
        if (Find(name) is not JsonElement value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out float number) && float.IsFinite(number)
            ? number
            : throw Fault($"{Key(name)} is {Shown(value)}, a number is needed");
    }

    public float Number(string name) => FindNumber(name) ?? throw Fault($"{Key(name)} is missing");

    public bool Flag(string name, bool missing) => Find(name) is not JsonElement value ? missing : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault($"{Key(name)} is {Shown(value)}, true or false is needed"),
    };

    /// <summary>The elements of a list, none for a missing one.</summary>
    public IEnumerable<JsonElement> Items(string name) => Find(name) is not JsonElement value ? []
        : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Fault($"{Key(name)} must be a list, but is {value.ValueKind}");

    public string TextOf(JsonElement value, string key)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw Fault($"{key} must be a text, but is {value.ValueKind}");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new HuggingFaceException(File, Stage, $"{key} is no valid text", exception);
        }
    }

    public string NameOf(JsonProperty entry)
    {
        try
        {
            return entry.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new HuggingFaceException(File, Stage, $"a key of {(_path.Length == 0 ? "the file" : _path)} is no valid text", exception);
        }
    }

    public static string Shown(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 200 ? text : text[..200] + "…";
    }
}
