using System.Diagnostics.CodeAnalysis;
using TeeTee.Inference.Disputes;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Storage;
using TeeTee.ShardNode.Defence;

namespace TeeTee.Sequencer.Disputes;

/// <summary>
/// What a host that cannot defend itself is defended from by this sequencer: the public tokens of the job, run through the model from the first layer on. That
/// gives what the host signed only if every slot above it was honest too; if not, the host's own inputs are needed, and the defence says so.
/// </summary>
internal sealed class PublishedEvidence(DelegatedDefence defence, BatchStore batches, JobStore jobs, BatchJobs placed) : IDefenceEvidence, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(int First, int Count), ShardModel> _models = [];

    /// <inheritdoc/>
    public bool TryFind(DisputeContext context, [NotNullWhen(true)] out DefenceMaterial? material, out string cause)
    {
        material = null;
        if (context.ModelId != defence.ModelId)
            return Refuse($"model {context.ModelId} is not on offer here", out cause);
        if (context.IsSealed)
            return Refuse("the job is sealed: its host alone has the key", out cause);
        if (batches.Find(context.BatchHash) is not { } batch || placed.Find(batch.Index, context.Leaf) is not { } jobId || jobs.Find(jobId) is not { } job)
            return Refuse($"this database has no leaf {context.Leaf} of batch {context.BatchHash}", out cause);
        IReadOnlyList<StoredShard> shards = jobs.ShardsOf(jobId);
        if (context.Shard >= (uint)shards.Count || shards[(int)context.Shard].Receipt.Message.TraceRoot != context.TraceRoot)
            return Refuse($"the leaf here has another receipt at place {context.Shard}", out cause);
        if (!TokenBytes.TryRead(job.Tokens.Span, out uint[]? tokens) || context.Position >= (uint)tokens.Length)
            return Refuse($"there is no position {context.Position}", out cause);
        cause = "";
        material = Material(context, shards, tokens);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ShardModel model in _models.Values)
            model.Dispose();
    }

    private DefenceMaterial Material(DisputeContext context, IReadOnlyList<StoredShard> shards, uint[] tokens)
    {
        ShardModel own = ModelOf((int)context.FirstLayer, (int)context.LayerCount);
        ReadOnlySpan<uint> run = tokens.AsSpan(0, (int)context.Position + 1);
        // One piece from the first layer to the slot: how the layers above were cut changes no bit.
        float[] inputs = context.FirstLayer == 0
            ? OperatorExpansion.Inputs([own], run, throughLast: false, CancellationToken.None)
            : OperatorExpansion.Inputs([ModelOf(0, (int)context.FirstLayer)], run, throughLast: true, CancellationToken.None);
        ReadOnlySpan<byte> leaves = shards[(int)context.Shard].Leaves.Span;
        Bytes32[] list = new Bytes32[leaves.Length / Bytes32.Size];
        for (int p = 0; p < list.Length; p++)
            list[p] = new Bytes32(leaves.Slice(p * Bytes32.Size, Bytes32.Size));
        return new DefenceMaterial { Model = own, HiddenIn = inputs, Leaves = list, Tokens = tokens };
    }

    private ShardModel ModelOf(int first, int count)
    {
        lock (_gate)
        {
            if (_models.TryGetValue((first, count), out ShardModel? known))
                return known;
            using CanonicalModel model = ModelStore.Open(defence.ModelPath, defence.ModelStore);
            return _models[(first, count)] = ShardModel.Load(model, new LayerRange(first, count), defence.Threads);
        }
    }

    private static bool Refuse(string why, out string cause)
    {
        cause = why;
        return false;
    }
}
