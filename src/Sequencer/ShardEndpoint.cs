namespace TeeTee.Sequencer;

/// <summary>Where a shard listens.</summary>
/// <param name="Endpoint">https, or http (h2c) where links are plain, without a path; other shards of the pipeline dial it too.</param>
/// <param name="SlotId">The slot that it must be; found among the registered slots of the offered models when null.</param>
public sealed record ShardEndpoint(Uri Endpoint, uint? SlotId = null);
