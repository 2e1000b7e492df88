using System.Text;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Abi;

/// <summary>EIP-712 hashing of structs whose members are written as words.</summary>
internal static class TypedData
{
    public static Bytes32 TypeHash(string type) => Keccak256.Hash(Encoding.UTF8.GetBytes(type));

    /// <summary><c>keccak256(typeHash || encodeData)</c>; <paramref name="write"/> writes the member words.</summary>
    public static Bytes32 StructHash(Bytes32 typeHash, Action<TupleWriter> write)
    {
        TupleWriter words = new();
        words.Hash(typeHash);
        write(words);
        return Keccak256.Hash(words.ToArray());
    }

    /// <summary>The hash of a <c>uint32[]</c> member.</summary>
    public static Bytes32 ArrayHash(IEnumerable<uint> values)
    {
        TupleWriter words = new();
        foreach (uint value in values)
            words.Number(value);
        return Keccak256.Hash(words.ToArray());
    }

    /// <summary><c>keccak256(0x1901 || domainSeparator || structHash)</c>.</summary>
    public static Bytes32 Digest(Bytes32 domainSeparator, Bytes32 structHash)
    {
        byte[] bytes = new byte[66];
        bytes[0] = 0x19;
        bytes[1] = 0x01;
        domainSeparator.CopyTo(bytes.AsSpan(2));
        structHash.CopyTo(bytes.AsSpan(34));
        return Keccak256.Hash(bytes);
    }
}
