namespace TeeTee.ShardNode.Jobs;

/// <summary>What some positions gave.</summary>
/// <param name="Hidden">What leaves the last layer, fp32 little-endian, position-major; empty on the last slot.</param>
/// <param name="Token">The pick after the last position; null before the prompt's end and on other slots.</param>
internal sealed record StageOutput(ReadOnlyMemory<byte> Hidden, uint? Token);
