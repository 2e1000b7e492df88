using System.Globalization;
using System.Text.Json;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Collateral;

/// <summary>The members of one JSON object, each read as exactly the type it must have.</summary>
internal readonly struct JsonFields
{
    private const string DateForm = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private readonly JsonElement _object;
    private readonly string _where;

    private JsonFields(JsonElement element, string where)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new MalformedCollateralException($"{where} is no object but {element.ValueKind}");
        (_object, _where) = (element, where);
    }

    public static JsonFields Root(JsonElement element) => new(element, "the document");

    public bool Has(string name) => _object.TryGetProperty(name, out _);

    /// <summary>Refuses names outside a list, for documents that people write.</summary>
    public void RequireOnly(params ReadOnlySpan<string> names)
    {
        foreach (JsonProperty property in _object.EnumerateObject())
        {
            if (!names.Contains(property.Name))
                throw new MalformedCollateralException($"{_where} has an unknown member \"{property.Name}\"");
        }
    }

    public JsonFields Object(string name) => new(Member(name), name);

    public string Text(string name, int maxLength = 128) => TextOf(Member(name), name, maxLength);

    public bool Flag(string name) => Member(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    /// <summary>A number from 0 to the given one.</summary>
    public int Number(string name, int maximum)
    {
        JsonElement member = Member(name);
        return member.ValueKind == JsonValueKind.Number && member.TryGetInt32(out int value) && value >= 0 && value <= maximum
            ? value
            : throw Wrong(name, $"a number from 0 to {maximum}");
    }

    /// <summary>Hex digits of either case for exactly so many bytes.</summary>
    public byte[] Hex(string name, int size) => HexOf(Text(name, 2 * size), name, size);

    /// <summary>A moment in UTC, to the second, in the one form that PCS writes.</summary>
    public DateTimeOffset Date(string name)
    {
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParseExact(Text(name), DateForm, CultureInfo.InvariantCulture, utc, out DateTimeOffset date)
            ? date
            : throw Wrong(name, "a date like 2026-11-21T12:00:00Z");
    }

    /// <summary>A TCB status out of those that the place allows.</summary>
    public TcbStatus Status(string name, params ReadOnlySpan<TcbStatus> allowed)
    {
        string text = Text(name);
        foreach (TcbStatus status in allowed)
        {
            if (status.ToString() == text)
                return status;
        }
        throw new MalformedCollateralException($"{name} \"{text}\" is no status that {_where} can have");
    }

    public T[] Objects<T>(string name, int most, Func<JsonFields, T> read)
    {
        JsonElement[] items = Items(name, most);
        T[] result = new T[items.Length];
        for (int i = 0; i < items.Length; i++)
            result[i] = read(new JsonFields(items[i], $"{name}[{i}]"));
        return result;
    }

    public string[] Texts(string name, int most, int maxLength = 128)
    {
        JsonElement[] items = Items(name, most);
        string[] result = new string[items.Length];
        for (int i = 0; i < items.Length; i++)
            result[i] = TextOf(items[i], name, maxLength);
        return result;
    }

    /// <summary>The advisories of a level; none where the member is missing.</summary>
    public string[] Advisories() => Has("advisoryIDs") ? Texts("advisoryIDs", 256, 64) : [];

    internal static byte[] HexOf(string text, string name, int size)
    {
        byte[] value = new byte[size];
        bool whole = text.Length == 2 * size
            && Convert.FromHexString(text, value, out _, out int written) == System.Buffers.OperationStatus.Done
            && written == size;
        return whole ? value : throw new MalformedCollateralException($"{name} is not {size} bytes of hex");
    }

    private JsonElement[] Items(string name, int most)
    {
        JsonElement member = Member(name);
        if (member.ValueKind != JsonValueKind.Array)
            throw Wrong(name, "a list");
        int count = member.GetArrayLength();
        return count <= most ? [.. member.EnumerateArray()] : throw Wrong(name, $"a list of at most {most}");
    }

    private JsonElement Member(string name) => _object.TryGetProperty(name, out JsonElement member)
        ? member
        : throw new MalformedCollateralException($"{_where} has no {name}");

    private static string TextOf(JsonElement element, string name, int maxLength)
    {
        if (element.ValueKind != JsonValueKind.String)
            throw new MalformedCollateralException($"{name} is no text but {element.ValueKind}");
        string text = element.GetString()!;
        return text.Length <= maxLength
            ? text
            : throw new MalformedCollateralException($"{name} has {text.Length} characters, at most {maxLength}");
    }

    private MalformedCollateralException Wrong(string name, string expected) => new($"{name} of {_where} is not {expected}");
}
