namespace TeeTee.ShardProtocol.Mapping;

/// <summary>A field of a received message does not hold what shard.proto says; the message names the field and the sizes.</summary>
public sealed class WireFormatException(string message) : Exception(message);
