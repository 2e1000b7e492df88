using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Jobs;

/// <summary>A shard's receipt with its signature, as the API gives it.</summary>
public sealed record SignedShardReceipt(ShardReceipt Receipt, Signature Signature);
