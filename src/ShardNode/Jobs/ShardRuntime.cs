using Microsoft.Extensions.Logging;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Engine.Batching;
using TeeTee.ShardNode.Epochs;
using TeeTee.ShardNode.Faults;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Links;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardNode.Storage;

namespace TeeTee.ShardNode.Jobs;

/// <summary>What all jobs of a shard share.</summary>
internal sealed record ShardRuntime(
    ShardSelf Self, ShardKeys Keys, BatchScheduler Scheduler, LinkHub Hub, Admission Admission, Capacity Capacity, ReceiptBook Book, ShardStore Store,
    ShardMetrics Metrics, TimeProvider Clock, ILogger Logger, string InputFolder, AtRestCipher AtRest, SealedLinks SealedLinks,
    ShardFaults? Faults = null)
{
    public ShardModel Model => Scheduler.Model;

    public int Width => Model.Config.EmbeddingLength;

    public TimeSpan Idle => Self.Limits.SessionIdle;

    public ulong Now => (ulong)Clock.GetUtcNow().ToUnixTimeSeconds();
}
