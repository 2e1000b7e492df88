using System.Collections;
using System.Text;

namespace TeeTee.Primitives;

/// <summary>A struct type of EIP-712: its type hash and the hash of its values.</summary>
public sealed class Eip712Struct
{
    private const int MaxArrayDepth = 8;

    private readonly Dictionary<string, Eip712Struct> _references = new(StringComparer.Ordinal);
    private readonly Eip712Encoder[] _encoders;

    /// <param name="name">The struct's name.</param>
    /// <param name="fields">Its members in order.</param>
    /// <param name="references">The structs that the members name directly.</param>
    /// <exception cref="ArgumentException">A member has an unknown type, or a name is missing.</exception>
    public Eip712Struct(string name, IReadOnlyList<Eip712Field> fields, params IReadOnlyList<Eip712Struct> references)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(fields);
        (Name, Fields) = (name, fields);
        foreach (var reference in references)
            _references[reference.Name] = reference;
        _encoders = [.. fields.Select(field => Encoder(field.Type, 0))];
        TypeHash = Keccak256.Hash(Encoding.UTF8.GetBytes(EncodeType()));
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The members in order.</summary>
    public IReadOnlyList<Eip712Field> Fields { get; }

    /// <summary>Keccak-256 of <see cref="EncodeType"/>.</summary>
    public Bytes32 TypeHash { get; }

    /// <summary>The type's text: this struct, then the referenced ones sorted by name.</summary>
    public string EncodeType()
    {
        SortedDictionary<string, Eip712Struct> all = new(StringComparer.Ordinal);
        Collect(all);
        all.Remove(Name);
        return string.Concat(all.Values.Prepend(this).Select(type => type.Declaration()));
    }

    /// <summary>hashStruct of the values, in the members' order (a nested struct is an array of its values).</summary>
    /// <exception cref="ArgumentException">A value does not fit its type, or their number differs.</exception>
    public Bytes32 HashStruct(params object[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Hash(values);
    }

    /// <summary>The digest to sign: keccak256(0x19 0x01 || domain separator || struct hash).</summary>
    public static Bytes32 Digest(Eip712Domain domain, Bytes32 structHash)
    {
        ArgumentNullException.ThrowIfNull(domain);
        Span<byte> message = stackalloc byte[66];
        message[0] = 0x19;
        message[1] = 0x01;
        domain.Separator.CopyTo(message[2..]);
        structHash.CopyTo(message[34..]);
        return Keccak256.Hash(message);
    }

    internal Bytes32 Hash(IList values)
    {
        if (values.Count != _encoders.Length)
            throw new ArgumentException($"{Name} has {_encoders.Length} members, got {values.Count} values.");
        var data = new byte[32 * (values.Count + 1)];
        TypeHash.CopyTo(data);
        for (var i = 0; i < values.Count; i++)
            _encoders[i](values[i]!, data.AsSpan(32 * (i + 1), 32));
        return Keccak256.Hash(data);
    }

    private string Declaration() => $"{Name}({string.Join(',', Fields.Select(field => $"{field.Type} {field.Name}"))})";

    private void Collect(SortedDictionary<string, Eip712Struct> all)
    {
        if (!all.TryAdd(Name, this))
            return;
        foreach (var reference in _references.Values)
            reference.Collect(all);
    }

    private Eip712Encoder Encoder(string type, int depth)
    {
        if (depth > MaxArrayDepth)
            throw new ArgumentException($"{Name} has an array nested deeper than {MaxArrayDepth}.");
        if (type.EndsWith(']'))
            return ArrayEncoder(type, depth);
        return _references.TryGetValue(type, out var reference)
            ? (value, word) => reference.Hash(AsList(value, type)).CopyTo(word)
            : Elementary(type);
    }

    private Eip712Encoder ArrayEncoder(string type, int depth)
    {
        var open = type.LastIndexOf('[');
        var element = Encoder(type[..Math.Max(open, 0)], depth + 1);
        var size = type[(open + 1)..^1];
        var expected = size.Length == 0 ? -1 : int.Parse(size, System.Globalization.CultureInfo.InvariantCulture);
        return (value, word) =>
        {
            var items = AsList(value, type);
            if (expected >= 0 && items.Count != expected)
                throw new ArgumentException($"{type} takes {expected} values, got {items.Count}.");
            var data = new byte[32 * items.Count];
            for (var i = 0; i < items.Count; i++)
                element(items[i]!, data.AsSpan(32 * i, 32));
            Keccak256.Hash(data).CopyTo(word);
        };
    }

    private Eip712Encoder Elementary(string text)
    {
        AbiType type;
        try
        {
            type = AbiType.Parse(text);
        }
        catch (FormatException e)
        {
            throw new ArgumentException($"{Name} names the unknown type '{text}'.", e);
        }
        return type.Kind switch
        {
            AbiKind.Bytes => (value, word) => Keccak256.Hash(AbiEncoder.ToBytes(value, type)).CopyTo(word),
            AbiKind.String => (value, word) =>
                Keccak256.Hash(Encoding.UTF8.GetBytes(AbiWords.Expect<string>(value, type))).CopyTo(word),
            AbiKind.Tuple => throw new ArgumentException($"{Name} has a tuple; EIP-712 knows named structs only."),
            _ => (value, word) => AbiWords.Encode(type, value, word),
        };
    }

    private static IList AsList(object value, string type) =>
        value as IList ?? throw new ArgumentException($"A value of type {value?.GetType().Name ?? "null"} cannot be encoded as {type}.");
}

/// <summary>Writes the 32-byte encoding of one value.</summary>
internal delegate void Eip712Encoder(object value, Span<byte> word);
