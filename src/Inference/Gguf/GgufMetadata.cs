using System.Text;

namespace TeeTee.Inference.Gguf;

/// <summary>The key-value pairs of a file with checked, typed access. A getter's failure names key and types.</summary>
public sealed class GgufMetadata
{
    private readonly Dictionary<string, GgufValue> _values;

    internal GgufMetadata(Dictionary<string, GgufValue> values) => _values = values;

    /// <summary>All keys.</summary>
    public IReadOnlyCollection<string> Keys => _values.Keys;

    /// <summary>True where the key is present, whatever its type.</summary>
    public bool Contains(string key) => _values.ContainsKey(key);

    /// <summary>A number that fits 32 bits without sign, from any integer type.</summary>
    /// <exception cref="GgufException">Missing, of another type, or out of range.</exception>
    public uint GetUInt32(string key) => ToUInt32(key, Required(key));

    /// <summary>As <see cref="GetUInt32(string)"/>, with a default for a missing key.</summary>
    public uint GetUInt32(string key, uint missing) =>
        _values.TryGetValue(key, out GgufValue? value) ? ToUInt32(key, value) : missing;

    /// <summary>As <see cref="GetUInt32(string)"/>, null for a missing key.</summary>
    public uint? FindUInt32(string key) =>
        _values.TryGetValue(key, out GgufValue? value) ? ToUInt32(key, value) : null;

    /// <summary>A binary32 number; a binary64 one is refused because it would have to be rounded.</summary>
    /// <exception cref="GgufException">Missing or of another type.</exception>
    public float GetFloat(string key) => As<float>(key, Required(key), "f32");

    /// <summary>As <see cref="GetFloat(string)"/>, null for a missing key.</summary>
    public float? FindFloat(string key) =>
        _values.TryGetValue(key, out GgufValue? value) ? As<float>(key, value, "f32") : null;

    /// <summary>A truth value, with a default for a missing key.</summary>
    /// <exception cref="GgufException">Of another type.</exception>
    public bool GetBool(string key, bool missing) =>
        _values.TryGetValue(key, out GgufValue? value) ? As<bool>(key, value, "bool") : missing;

    /// <summary>A text.</summary>
    /// <exception cref="GgufException">Missing, of another type, or not UTF-8.</exception>
    public string GetString(string key) => ToText(key, Required(key));

    /// <summary>As <see cref="GetString(string)"/>, null for a missing key.</summary>
    public string? FindString(string key) =>
        _values.TryGetValue(key, out GgufValue? value) ? ToText(key, value) : null;

    /// <summary>A list of texts, null for a missing key.</summary>
    /// <exception cref="GgufException">Of another type.</exception>
    public GgufStrings? FindStrings(string key) =>
        _values.TryGetValue(key, out GgufValue? value) ? As<GgufStrings>(key, value, "array of string") : null;

    /// <summary>A list of binary32 numbers, null for a missing key.</summary>
    /// <exception cref="GgufException">Of another type.</exception>
    public float[]? FindFloats(string key) =>
        _values.TryGetValue(key, out GgufValue? value) ? As<float[]>(key, value, "array of f32") : null;

    /// <summary>A list of 32-bit integers (with or without sign), null for a missing key.</summary>
    /// <exception cref="GgufException">Of another type.</exception>
    public int[]? FindInt32s(string key)
    {
        if (!_values.TryGetValue(key, out GgufValue? value))
            return null;
        return value.Content is uint[] unsigned
            ? Array.ConvertAll(unsigned, static number => unchecked((int)number))
            : As<int[]>(key, value, "array of i32");
    }

    /// <summary>The failure that names the place of a key's value.</summary>
    internal GgufException Fault(string key, string cause) =>
        new(GgufStage.Metadata, _values.TryGetValue(key, out GgufValue? value) ? value.Offset : 0, $"{key} {cause}");

    private GgufValue Required(string key) =>
        _values.TryGetValue(key, out GgufValue? value) ? value : throw Fault(key, "is missing");

    private T As<T>(string key, GgufValue value, string wanted) =>
        value.Content is T content ? content : throw Fault(key, $"must be {wanted}, but is {value.TypeName}");

    private uint ToUInt32(string key, GgufValue value) => value.Content switch
    {
        ulong number when number <= uint.MaxValue => (uint)number,
        long number when number is >= 0 and <= uint.MaxValue => (uint)number,
        ulong or long => throw Fault(key, $"is {value.Content}, outside 0..{uint.MaxValue}"),
        _ => throw Fault(key, $"must be an integer, but is {value.TypeName}"),
    };

    private string ToText(string key, GgufValue value)
    {
        byte[] bytes = As<byte[]>(key, value, "string");
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Fault(key, "is not valid UTF-8");
        }
    }

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);
}
