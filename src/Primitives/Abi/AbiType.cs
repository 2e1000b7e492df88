using System.Text;

namespace TeeTee.Primitives;

/// <summary>A type of the Solidity contract ABI. Empty tuples and arrays of fixed length zero do not exist here.</summary>
public sealed class AbiType : IEquatable<AbiType>
{
    private readonly string _text;

    internal AbiType(AbiKind kind, int size = 0, AbiType? element = null, IReadOnlyList<AbiType>? components = null)
    {
        Kind = kind;
        Size = size;
        Element = element;
        Components = components ?? [];
        IsDynamic = kind is AbiKind.Bytes or AbiKind.String or AbiKind.Array
            || (kind == AbiKind.FixedArray && element!.IsDynamic)
            || (kind == AbiKind.Tuple && Components.Any(component => component.IsDynamic));
        HeadSize = IsDynamic ? 32 : StaticSize();
        _text = Describe();
    }

    /// <summary>The family.</summary>
    public AbiKind Kind { get; }

    /// <summary>Bits of an integer, bytes of bytesN, elements of a fixed array; otherwise 0.</summary>
    public int Size { get; }

    /// <summary>The element type of an array; otherwise null.</summary>
    public AbiType? Element { get; }

    /// <summary>The member types of a tuple; otherwise empty.</summary>
    public IReadOnlyList<AbiType> Components { get; }

    /// <summary>Whether the head holds an offset instead of the value.</summary>
    public bool IsDynamic { get; }

    /// <summary>The bytes taken in the head of the enclosing tuple.</summary>
    internal int HeadSize { get; }

    /// <summary>The type written as in Solidity, <c>uint64</c> or <c>(uint64,bytes32[],(address,bytes)[3])</c>; names are skipped.</summary>
    /// <exception cref="FormatException">Not an ABI type, or nested deeper than 16.</exception>
    public static AbiType Parse(string text) => AbiParser.ParseType(text);

    public bool Equals(AbiType? other) => other is not null && _text == other._text;

    public override bool Equals(object? obj) => Equals(obj as AbiType);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical text, as selectors are computed from.</summary>
    public override string ToString() => _text;

    private int StaticSize()
    {
        var size = Kind switch
        {
            AbiKind.FixedArray => (long)Size * Element!.HeadSize,
            AbiKind.Tuple => Components.Sum(component => (long)component.HeadSize),
            _ => 32,
        };
        return size <= AbiParser.MaxStaticSize
            ? (int)size
            : throw new FormatException($"A static type of {size} bytes; at most {AbiParser.MaxStaticSize} are supported.");
    }

    private string Describe() => Kind switch
    {
        AbiKind.UInt => $"uint{Size}",
        AbiKind.Int => $"int{Size}",
        AbiKind.Bool => "bool",
        AbiKind.Address => "address",
        AbiKind.FixedBytes => $"bytes{Size}",
        AbiKind.Bytes => "bytes",
        AbiKind.String => "string",
        AbiKind.Array => $"{Element}[]",
        AbiKind.FixedArray => $"{Element}[{Size}]",
        _ => new StringBuilder("(").AppendJoin(',', Components).Append(')').ToString(),
    };
}
