using System.Text;

namespace TeeTee.Primitives;

/// <summary>A contract function: its selector, the encoding of calls and the decoding of results.</summary>
public sealed class AbiFunction
{
    private readonly AbiType[] _inputs;
    private readonly AbiType[] _outputs;
    private readonly byte[] _selector;

    private AbiFunction(string name, List<AbiParameter> inputs, List<AbiParameter> outputs)
    {
        (Name, Inputs, Outputs) = (name, inputs, outputs);
        _inputs = [.. inputs.Select(parameter => parameter.Type)];
        _outputs = [.. outputs.Select(parameter => parameter.Type)];
        Signature = $"{name}({string.Join<AbiType>(',', _inputs)})";
        _selector = Keccak256.Hash(Encoding.UTF8.GetBytes(Signature)).ToArray()[..4];
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The parameters.</summary>
    public IReadOnlyList<AbiParameter> Inputs { get; }

    /// <summary>The results.</summary>
    public IReadOnlyList<AbiParameter> Outputs { get; }

    /// <summary>The canonical signature, <c>name(type,...)</c>.</summary>
    public string Signature { get; }

    /// <summary>The first four bytes of the signature's Keccak-256.</summary>
    public ReadOnlySpan<byte> Selector => _selector;

    /// <summary>
    /// The function of <c>name(types)(resultTypes)</c> or <c>function name(type name, ...) view returns (type name)</c>.
    /// </summary>
    /// <exception cref="FormatException">The text is no function.</exception>
    public static AbiFunction Parse(string text)
    {
        var (name, inputs, outputs) = AbiParser.ParseDeclaration(text, "function");
        return new AbiFunction(name, inputs, outputs);
    }

    /// <summary>Selector and arguments; values as in <see cref="AbiCodec"/>.</summary>
    /// <exception cref="ArgumentException">A value does not fit its type.</exception>
    public byte[] EncodeCall(params object[] arguments) => [.. _selector, .. AbiCodec.Encode(_inputs, arguments)];

    /// <summary>The arguments of a call of this function.</summary>
    /// <exception cref="MalformedDataException">Another selector, or malformed arguments.</exception>
    public object[] DecodeCall(ReadOnlySpan<byte> data)
    {
        if (!data.StartsWith(_selector))
            throw new MalformedDataException($"The data does not start with the selector of {Signature}.");
        return AbiCodec.Decode(_inputs, data[4..]);
    }

    /// <summary>The values that a call returned.</summary>
    /// <exception cref="MalformedDataException">Malformed data.</exception>
    public object[] DecodeResult(ReadOnlySpan<byte> data) => AbiCodec.Decode(_outputs, data);

    /// <summary>Result values encoded as the function returns them.</summary>
    /// <exception cref="ArgumentException">A value does not fit its type.</exception>
    public byte[] EncodeResult(params object[] values) => AbiCodec.Encode(_outputs, values);

    public override string ToString() => Signature;
}
