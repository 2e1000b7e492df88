using System.Buffers.Binary;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Numerics;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Verifier.Models;

namespace TeeTee.Verifier.Judging;

/// <summary>Runs one published job again and compares leaf lists and picks bit for bit. The leaf must have passed every rule.</summary>
internal sealed class JobReexecution(ModelLibrary models)
{
    /// <summary>What contradicts the job: at most the first differing leaf and the first wrong pick.</summary>
    /// <param name="index">Receipt index.</param>
    /// <param name="leaf">A public answered job.</param>
    /// <param name="slots">Its pipeline in layer order.</param>
    public IReadOnlyList<ReexecutionFinding> Run(uint index, BatchLeaf leaf, IReadOnlyList<Slot> slots, CancellationToken cancellationToken)
    {
        JobRequest request = leaf.Request.Message;
        LayerRange[] ranges = [.. slots.Select(s => new LayerRange((int)s.FirstLayer, (int)s.LayerCount))];
        IReadOnlyList<ShardModel> shards = models.Load(request.ModelId, ranges);
        SamplingParameters sampling = new(request.Sampling.Greedy, request.Sampling.InverseTemperatureBits, request.Sampling.Seed);
        ReexecutionRequest job = new(Tokens(leaf.Tokens.Span), (int)request.PromptTokens, sampling);
        try
        {
            ReexecutionResult result = Reexecutor.Run(shards, job, cancellationToken);
            return [.. Differences(index, leaf, slots, result), .. Picks(index, slots, result)];
        }
        catch (NonFiniteException e)
        {
            return [new ReexecutionFinding(index, ReexecutionFault.NotFinite, null, null, null, null, e.Message, "an answer")];
        }
    }

    private static IEnumerable<ReexecutionFinding> Differences(uint index, BatchLeaf leaf, IReadOnlyList<Slot> slots, ReexecutionResult result)
    {
        IReadOnlyList<Bytes32>[] published = [.. leaf.LeafLists.Select(l => Hashes(l.Span))];
        if (result.FirstDifference(published) is { } difference)
        {
            Slot slot = slots[difference.Shard];
            yield return new ReexecutionFinding(
                index, ReexecutionFault.LeafDiffers, difference.Shard, slot.SlotId, slot.Operator, (uint)difference.Position,
                $"{difference.Expected}", $"{difference.Published}");
        }
    }

    private static IEnumerable<ReexecutionFinding> Picks(uint index, IReadOnlyList<Slot> slots, ReexecutionResult result)
    {
        if (result.WrongPick is { } pick)
        {
            // The last slot is the one that picks.
            yield return new ReexecutionFinding(
                index, ReexecutionFault.TokenDiffers, slots.Count - 1, slots[^1].SlotId, slots[^1].Operator, (uint)pick.Position,
                $"{pick.Expected}", $"{pick.Published}");
        }
    }

    private static uint[] Tokens(ReadOnlySpan<byte> bytes)
    {
        uint[] tokens = new uint[bytes.Length / sizeof(uint)];
        for (int i = 0; i < tokens.Length; i++)
            tokens[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * sizeof(uint))..]);
        return tokens;
    }

    private static Bytes32[] Hashes(ReadOnlySpan<byte> bytes)
    {
        Bytes32[] hashes = new Bytes32[bytes.Length / Bytes32.Size];
        for (int i = 0; i < hashes.Length; i++)
            hashes[i] = new Bytes32(bytes.Slice(i * Bytes32.Size, Bytes32.Size));
        return hashes;
    }
}
