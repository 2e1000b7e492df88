using TeeTee.Primitives;

namespace TeeTee.ShardNode.Jobs;

/// <summary>One slot of a job's pipeline.</summary>
internal sealed record Stage(uint SlotId, Address Operator, Uri Endpoint, uint FirstLayer, uint LayerCount, Address SigningKey);
