using System.Diagnostics.CodeAnalysis;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

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
