using System.Diagnostics.CodeAnalysis;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.Rollup.Messages;

/// <summary>A message and its EIP-712 signature. Holding one proves nothing about the signature.</summary>
public sealed record Signed<T>(T Message, Signature Signature)
    where T : class, ITypedMessage<T>
{
    /// <summary><c>abi.encode(message, bytes signature)</c>: what batch data holds.</summary>
    public byte[] Encode() => WriteTo(new TupleWriter()).ToArray();

    /// <summary>keccak256 of <see cref="Encode"/>: what a query receipt holds.</summary>
    public Bytes32 Hash() => Keccak256.Hash(Encode());

    /// <summary>Decodes exactly what <see cref="Encode"/> can give; false for any other bytes.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> abi, [NotNullWhen(true)] out Signed<T>? signed)
    {
        TupleReader reader = new(abi);
        signed = ReadFrom(ref reader);
        if (reader.Failed || !abi.SequenceEqual(signed.Encode()))
            signed = null;
        return signed is not null;
    }

    /// <summary>Writes both members, as the first two of a tuple.</summary>
    internal TupleWriter WriteTo(TupleWriter writer) => writer.Message(Message).Blob(Signature.ToArray());

    /// <summary>Reads both members; meaningless if the reader has failed afterwards.</summary>
    internal static Signed<T> ReadFrom(ref TupleReader reader)
    {
        T message = reader.Message<T>();
        if (!Signature.TryRead(reader.Blob(Signature.Size), out Signature signature))
            reader.Join(true);
        return new Signed<T>(message, signature);
    }
}
