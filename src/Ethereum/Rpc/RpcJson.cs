using System.Text.Json;
using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>Reads the node's objects; every surprise is a <see cref="FormatException"/>.</summary>
internal static class RpcJson
{
    private const int MaxTopics = 4;

    public static BlockHeader Block(JsonElement block) => new(
        UInt64(block, "number"),
        Bytes32(block, "hash"),
        Bytes32(block, "parentHash"),
        UInt64(block, "timestamp"),
        Property(block, "baseFeePerGas") is { ValueKind: JsonValueKind.String } fee ? Quantity.Parse(fee.GetString()) : 0);

    public static TransactionReceipt Receipt(JsonElement receipt) => new()
    {
        TransactionHash = Bytes32(receipt, "transactionHash"),
        BlockNumber = UInt64(receipt, "blockNumber"),
        BlockHash = Bytes32(receipt, "blockHash"),
        Succeeded = UInt64(receipt, "status") == 1,
        From = Address(receipt, "from") ?? throw Missing("from"),
        To = Address(receipt, "to"),
        ContractAddress = Address(receipt, "contractAddress"),
        GasUsed = UInt64(receipt, "gasUsed"),
        EffectiveGasPrice = Quantity.Parse(Text(receipt, "effectiveGasPrice")),
        Logs = [.. Items(Property(receipt, "logs"), "logs").Select(Log)],
    };

    public static LogEntry Log(JsonElement log) => new()
    {
        Address = Address(log, "address") ?? throw Missing("address"),
        Topics = Topics(log),
        Data = Bytes(Text(log, "data")),
        BlockNumber = UInt64(log, "blockNumber"),
        BlockHash = Bytes32(log, "blockHash"),
        TransactionHash = Bytes32(log, "transactionHash"),
        LogIndex = UInt64(log, "logIndex"),
    };

    public static IEnumerable<JsonElement> Items(JsonElement? array, string name) =>
        array is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : throw Missing(name);

    public static byte[] Bytes(string? text) =>
        text is not null && text.StartsWith("0x", StringComparison.Ordinal) ? Hex.Decode(text) : throw new FormatException("Expected 0x-hex.");

    public static string? Text(JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString() : throw new FormatException($"Expected text, got {element.ValueKind}.");

    private static Bytes32[] Topics(JsonElement log)
    {
        Bytes32[] topics = [.. Items(Property(log, "topics"), "topics").Select(topic => Primitives.Bytes32.Parse(Text(topic)!))];
        return topics.Length <= MaxTopics ? topics : throw new FormatException($"A log has at most {MaxTopics} topics, got {topics.Length}.");
    }

    private static ulong UInt64(JsonElement element, string name) => Quantity.ParseUInt64(Text(element, name));

    private static Bytes32 Bytes32(JsonElement element, string name) => Primitives.Bytes32.Parse(Text(element, name));

    private static Address? Address(JsonElement element, string name) =>
        Property(element, name) is { ValueKind: JsonValueKind.String } text ? Primitives.Address.Parse(text.GetString()!) : null;

    private static string Text(JsonElement element, string name) =>
        Property(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw Missing(name);

    private static JsonElement? Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    private static FormatException Missing(string name) => new($"The answer has no valid '{name}'.");
}
