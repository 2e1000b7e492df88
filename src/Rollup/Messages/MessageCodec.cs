using System.Diagnostics.CodeAnalysis;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.Rollup.Messages;

/// <summary>The ABI encoding of the protocol's structs.</summary>
public static class MessageCodec
{
    /// <summary><c>abi.encode(message)</c>.</summary>
    public static byte[] Encode<T>(this T message)
        where T : class, IRollupMessage<T>
    {
        ArgumentNullException.ThrowIfNull(message);
        return new TupleWriter().Message(message).ToArray();
    }

    /// <summary>keccak256 of <see cref="Encode"/>.</summary>
    public static Bytes32 Hash<T>(this T message)
        where T : class, IRollupMessage<T> => Keccak256.Hash(message.Encode());

    /// <summary>Decodes exactly what <see cref="Encode"/> can give; false for any other bytes.</summary>
    public static bool TryDecode<T>(ReadOnlySpan<byte> abi, [NotNullWhen(true)] out T? message)
        where T : class, IRollupMessage<T>
    {
        TupleReader reader = new(abi);
        message = reader.Message<T>();
        if (reader.Failed || !abi.SequenceEqual(message.Encode()))
            message = null;
        return message is not null;
    }

    /// <summary>Writes a message as one member of a tuple.</summary>
    internal static TupleWriter Message<T>(this TupleWriter writer, T message)
        where T : class, IRollupMessage<T>
    {
        if (!T.IsDynamic)
        {
            message.WriteMembers(writer);
            return writer;
        }

        TupleWriter nested = new();
        message.WriteMembers(nested);
        return writer.Dynamic(nested.ToArray());
    }

    /// <summary>Reads a message that is one member of a tuple.</summary>
    internal static T Message<T>(this ref TupleReader reader)
        where T : class, IRollupMessage<T>
    {
        if (!T.IsDynamic)
            return T.ReadMembers(ref reader);
        TupleReader nested = reader.Dynamic();
        T message = T.ReadMembers(ref nested);
        reader.Join(nested.Failed);
        return message;
    }
}
