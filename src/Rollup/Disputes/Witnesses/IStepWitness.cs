using System.Diagnostics.CodeAnalysis;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>The witness of one unit of one operator: a struct of contracts/src/types/DisputeTypes.sol.</summary>
/// <typeparam name="TSelf">The witness itself.</typeparam>
public interface IStepWitness<TSelf>
    where TSelf : class, IStepWitness<TSelf>
{
    /// <summary>The struct's ABI type.</summary>
    static abstract AbiType Type { get; }

    /// <summary>The members as the ABI codec takes them.</summary>
    object[] ToTuple();

    /// <summary>The inverse of <see cref="ToTuple"/>.</summary>
    static abstract TSelf FromTuple(object[] members);
}

/// <summary>The ABI encoding of witnesses.</summary>
public static class WitnessCodec
{
    /// <summary>abi.encode(witness).</summary>
    public static byte[] Encode<T>(this T witness)
        where T : class, IStepWitness<T> => AbiCodec.Encode([T.Type], [witness.ToTuple()]);

    /// <summary>Decodes exactly what <see cref="Encode"/> can give; false for any other bytes.</summary>
    public static bool TryDecode<T>(ReadOnlySpan<byte> abi, [NotNullWhen(true)] out T? witness)
        where T : class, IStepWitness<T>
    {
        try
        {
            witness = T.FromTuple((object[])AbiCodec.Decode([T.Type], abi)[0]);
            return true;
        }
        catch (MalformedDataException)
        {
            witness = null;
            return false;
        }
    }
}
