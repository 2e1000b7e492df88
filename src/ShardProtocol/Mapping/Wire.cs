using Google.Protobuf;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardProtocol.Mapping;

/// <summary>Fields of fixed size, and signed messages, to and from protobuf. Reading throws <see cref="WireFormatException"/>.</summary>
public static class Wire
{
    public static ByteString ToWire(this Bytes32 value) => ByteString.CopyFrom(value.ToArray());

    public static ByteString ToWire(this Address value) => ByteString.CopyFrom(value.ToArray());

    /// <summary>A message with its signature, the message as ABI bytes.</summary>
    public static SignedMessage ToWire<T>(this Signed<T> signed)
        where T : class, ITypedMessage<T>
    {
        ArgumentNullException.ThrowIfNull(signed);
        return new SignedMessage
        {
            Message = ByteString.CopyFrom(signed.Message.Encode()),
            Signature = ByteString.CopyFrom(signed.Signature.ToArray()),
        };
    }

    /// <summary>A hash; exactly 32 bytes.</summary>
    public static Bytes32 ReadHash(this ByteString field, string name) =>
        new(Exactly(field, Bytes32.Size, name));

    /// <summary>An address; exactly 20 bytes.</summary>
    public static Address ReadAddress(this ByteString field, string name) =>
        new(Exactly(field, Address.Size, name));

    /// <summary>A signed message whose ABI bytes are canonical. The signature itself is not checked.</summary>
    public static Signed<T> Read<T>(this SignedMessage? field, string name)
        where T : class, ITypedMessage<T>
    {
        if (field is null)
            throw new WireFormatException($"{name} is absent.");
        if (!MessageCodec.TryDecode(field.Message.Span, out T? message))
            throw new WireFormatException($"{name}.message is not the ABI encoding of a {typeof(T).Name} ({field.Message.Length} bytes).");
        if (!Signature.TryRead(field.Signature.Span, out Signature signature))
            throw new WireFormatException($"{name}.signature is not 65 bytes with v 27 or 28 ({field.Signature.Length} bytes).");
        return new Signed<T>(message, signature);
    }

    /// <summary>The finish reason, numbered alike on both sides.</summary>
    public static FinishReason Read(this Finish finish) => finish is >= Finish.Stop and <= Finish.Void
        ? (FinishReason)(byte)finish
        : throw new WireFormatException($"finish is {(int)finish}.");

    /// <summary>The finish reason, numbered alike on both sides.</summary>
    public static Finish ToWire(this FinishReason finish) => (Finish)(int)finish;

    private static ReadOnlySpan<byte> Exactly(ByteString field, int size, string name) => field.Length == size
        ? field.Span
        : throw new WireFormatException($"{name} has {field.Length} bytes; it must have {size}.");
}
