using TeeTee.Primitives;

namespace TeeTee.Ethereum;

internal static class TransactionDecoder
{
    private const int FieldCount = 12;

    public static SignedTransaction Decode(ReadOnlySpan<byte> raw)
    {
        if (raw.Length == 0 || raw[0] != Eip1559Transaction.Type)
            throw new MalformedDataException("A transaction of type 2 starts with the byte 02.");
        var fields = Items(Rlp.Decode(raw[1..]), "transaction");
        if (fields.Count != FieldCount)
            throw new MalformedDataException($"A signed transaction has {FieldCount} fields, got {fields.Count}.");
        return new SignedTransaction(Transaction(fields), Signature(fields));
    }

    private static Eip1559Transaction Transaction(IReadOnlyList<RlpItem> fields) => new()
    {
        ChainId = fields[0].ToUInt64("chain id"),
        Nonce = fields[1].ToUInt64("nonce"),
        MaxPriorityFeePerGas = fields[2].ToUInt128("maximum priority fee"),
        MaxFeePerGas = fields[3].ToUInt128("maximum fee"),
        GasLimit = fields[4].ToUInt64("gas limit"),
        To = Bytes(fields[5], "recipient").Length == 0 ? null : ToAddress(fields[5]),
        Value = fields[6].ToUInt128("value"),
        Data = Bytes(fields[7], "data").ToArray(),
        AccessList = [.. Items(fields[8], "access list").Select(AccessListEntry)],
    };

    private static AccessListEntry AccessListEntry(RlpItem item)
    {
        var parts = Items(item, "access list entry");
        if (parts.Count != 2)
            throw new MalformedDataException($"An access list entry has two parts, got {parts.Count}.");
        return new AccessListEntry(ToAddress(parts[0]), [.. Items(parts[1], "storage keys").Select(ToKey)]);
    }

    private static Signature Signature(IReadOnlyList<RlpItem> fields)
    {
        var parity = fields[9].ToUInt64("signature parity");
        return parity <= 1
            ? new Signature(Scalar(fields[10]), Scalar(fields[11]), (byte)(27 + parity))
            : throw new MalformedDataException($"The signature parity is {parity}, neither 0 nor 1.");
    }

    private static Bytes32 Scalar(RlpItem item)
    {
        var data = Bytes(item, "signature");
        if (data.Length > Bytes32.Size || (data.Length > 0 && data[0] == 0))
            throw new MalformedDataException("A signature's number is not canonical.");
        Span<byte> padded = stackalloc byte[Bytes32.Size];
        padded.Clear();
        data.CopyTo(padded[(Bytes32.Size - data.Length)..]);
        return new Bytes32(padded);
    }

    private static Address ToAddress(RlpItem item) => Bytes(item, "address") is { Length: Address.Size } data
        ? new Address(data)
        : throw new MalformedDataException($"An address has 20 bytes, got {item.Data.Length}.");

    private static Bytes32 ToKey(RlpItem item) => Bytes(item, "storage key") is { Length: Bytes32.Size } data
        ? new Bytes32(data)
        : throw new MalformedDataException($"A storage key has 32 bytes, got {item.Data.Length}.");

    private static ReadOnlySpan<byte> Bytes(RlpItem item, string what) =>
        item.IsList ? throw new MalformedDataException($"The {what} is a list.") : item.Data;

    private static IReadOnlyList<RlpItem> Items(RlpItem item, string what) =>
        item.Items ?? throw new MalformedDataException($"The {what} is not a list.");
}
