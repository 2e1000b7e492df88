using System.Globalization;

namespace TeeTee.Primitives;

/// <summary>Parses types and human-readable declarations: <c>name(type name, ...)</c> with the usual Solidity keywords.</summary>
internal ref struct AbiParser
{
    public const int MaxStaticSize = 1 << 24;
    private const int MaxDepth = 16;

    private readonly ReadOnlySpan<char> _text;
    private int _at;

    private AbiParser(ReadOnlySpan<char> text) => _text = text;

    public static AbiType ParseType(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        AbiParser parser = new(text);
        var type = parser.Type(0);
        parser.ExpectEnd();
        return type;
    }

    public static (string Name, List<AbiParameter> Inputs, List<AbiParameter> Outputs) ParseDeclaration(string text, string keyword)
    {
        ArgumentNullException.ThrowIfNull(text);
        AbiParser parser = new(text);
        var name = parser.Word();
        if (name == keyword)
            name = parser.Word();
        if (name.Length == 0)
            throw parser.Wrong("a name");
        var inputs = parser.Parameters(0);
        parser.SkipModifiers();
        var outputs = parser.Peek() == '(' ? parser.Parameters(0) : [];
        if (parser.Peek() == ';')
            parser._at++;
        parser.ExpectEnd();
        return (name, inputs, outputs);
    }

    private void SkipModifiers()
    {
        while (char.IsAsciiLetter(Peek()))
        {
            var word = Word();
            if (word is not ("external" or "public" or "view" or "pure" or "payable" or "nonpayable" or "returns" or "anonymous"))
                throw Wrong($"a modifier instead of '{word}'");
        }
    }

    private List<AbiParameter> Parameters(int depth)
    {
        Expect('(');
        List<AbiParameter> parameters = [];
        if (Peek() == ')')
        {
            _at++;
            return parameters;
        }
        do
            parameters.Add(Parameter(depth));
        while (Separator());
        return parameters;
    }

    private AbiParameter Parameter(int depth)
    {
        var type = Type(depth);
        var indexed = false;
        var name = "";
        while (IsWordStart(Peek()))
        {
            var word = Word();
            if (word == "indexed")
                indexed = true;
            else if (word is not ("memory" or "calldata" or "storage" or "payable"))
                name = word;
        }
        return new AbiParameter(type, name, indexed);
    }

    private bool Separator()
    {
        if (Peek() == ',')
        {
            _at++;
            return true;
        }
        Expect(')');
        return false;
    }

    private AbiType Type(int depth)
    {
        if (depth > MaxDepth)
            throw Wrong($"at most {MaxDepth} levels");
        var word = Peek() == '(' ? "tuple" : Word();
        var type = word == "tuple" ? Tuple(depth + 1) : Elementary(word);
        for (; Peek() == '['; depth++)
        {
            if (depth > MaxDepth)
                throw Wrong($"at most {MaxDepth} levels");
            type = ArrayOf(type);
        }
        return type;
    }

    private AbiType Tuple(int depth)
    {
        var members = Parameters(depth);
        return members.Count > 0
            ? new AbiType(AbiKind.Tuple, components: [.. members.Select(member => member.Type)])
            : throw Wrong("a tuple member");
    }

    private AbiType ArrayOf(AbiType element)
    {
        Expect('[');
        if (Peek() == ']')
        {
            _at++;
            return new AbiType(AbiKind.Array, element: element);
        }
        var length = Number(Word());
        Expect(']');
        return length > 0 ? new AbiType(AbiKind.FixedArray, length, element) : throw Wrong("an array length");
    }

    private readonly AbiType Elementary(string word) => word switch
    {
        "bool" => new AbiType(AbiKind.Bool),
        "address" => new AbiType(AbiKind.Address),
        "bytes" => new AbiType(AbiKind.Bytes),
        "string" => new AbiType(AbiKind.String),
        "uint" => new AbiType(AbiKind.UInt, 256),
        "int" => new AbiType(AbiKind.Int, 256),
        _ when word.StartsWith("uint", StringComparison.Ordinal) => new AbiType(AbiKind.UInt, Bits(word[4..])),
        _ when word.StartsWith("int", StringComparison.Ordinal) => new AbiType(AbiKind.Int, Bits(word[3..])),
        _ when word.StartsWith("bytes", StringComparison.Ordinal) => new AbiType(AbiKind.FixedBytes, ByteCount(word[5..])),
        _ => throw Wrong($"a type instead of '{word}'"),
    };

    private readonly int Bits(string digits) =>
        Number(digits) is var bits and >= 8 and <= 256 && bits % 8 == 0 ? bits : throw Wrong("8 to 256 bits");

    private readonly int ByteCount(string digits) =>
        Number(digits) is var count and >= 1 and <= 32 ? count : throw Wrong("1 to 32 bytes");

    private readonly int Number(string digits) =>
        digits.Length > 0 && digits[0] != '0' && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Wrong("a number");

    private string Word()
    {
        SkipSpace();
        var start = _at;
        while (_at < _text.Length && (IsWordStart(_text[_at]) || char.IsAsciiDigit(_text[_at])))
            _at++;
        return _text[start.._at].ToString();
    }

    private char Peek()
    {
        SkipSpace();
        return _at < _text.Length ? _text[_at] : '\0';
    }

    private void Expect(char expected)
    {
        if (Peek() != expected)
            throw Wrong($"'{expected}'");
        _at++;
    }

    private void ExpectEnd()
    {
        if (Peek() != '\0' || _at < _text.Length)
            throw Wrong("the end");
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
    }

    private static bool IsWordStart(char value) => char.IsAsciiLetter(value) || value is '_' or '$';

    private readonly FormatException Wrong(string expected) => new($"Expected {expected} at character {_at} of \"{_text}\".");
}
