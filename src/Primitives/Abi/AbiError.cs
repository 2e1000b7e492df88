using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace TeeTee.Primitives;

/// <summary>A contract's custom error, as found in revert data.</summary>
public sealed class AbiError
{
    private readonly AbiType[] _inputs;
    private readonly byte[] _selector;

    private AbiError(string name, List<AbiParameter> inputs)
    {
        (Name, Inputs) = (name, inputs);
        _inputs = [.. inputs.Select(parameter => parameter.Type)];
        Signature = $"{name}({string.Join<AbiType>(',', _inputs)})";
        _selector = Keccak256.Hash(Encoding.UTF8.GetBytes(Signature)).ToArray()[..4];
    }

    /// <summary>What <c>revert("text")</c> and <c>require(condition, "text")</c> give.</summary>
    public static AbiError RevertString { get; } = Parse("error Error(string message)");

    /// <summary>What a failed assertion, an overflow or an index out of range give.</summary>
    public static AbiError Panic { get; } = Parse("error Panic(uint256 code)");

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The parameters.</summary>
    public IReadOnlyList<AbiParameter> Inputs { get; }

    /// <summary>The canonical signature, <c>name(type,...)</c>.</summary>
    public string Signature { get; }

    /// <summary>The first four bytes of the signature's Keccak-256.</summary>
    public ReadOnlySpan<byte> Selector => _selector;

    /// <summary>The error of <c>error Name(type name, ...)</c> or <c>Name(types)</c>.</summary>
    /// <exception cref="FormatException">The text is no error.</exception>
    public static AbiError Parse(string text)
    {
        var (name, inputs, outputs) = AbiParser.ParseDeclaration(text, "error");
        return outputs.Count == 0 ? new AbiError(name, inputs) : throw new FormatException("An error returns nothing.");
    }

    /// <summary>Whether <paramref name="revertData"/> is this error, well formed; its values if so.</summary>
    public bool TryDecode(ReadOnlySpan<byte> revertData, [NotNullWhen(true)] out object[]? values)
    {
        values = null;
        if (!revertData.StartsWith(_selector))
            return false;
        try
        {
            values = AbiCodec.Decode(_inputs, revertData[4..]);
            return true;
        }
        catch (MalformedDataException)
        {
            return false;
        }
    }

    /// <summary>Selector and values, as a contract reverts with.</summary>
    /// <exception cref="ArgumentException">A value does not fit its type.</exception>
    public byte[] Encode(params object[] values) => [.. _selector, .. AbiCodec.Encode(_inputs, values)];

    public override string ToString() => Signature;
}
