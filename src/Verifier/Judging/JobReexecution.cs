using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Numerics;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.Rollup.Verification;
using TeeTee.Verifier.Models;

namespace TeeTee.Verifier.Judging;

/// <summary>Runs one published job again and compares leaf lists and picks bit for bit. The leaf must have passed every rule.</summary>
internal sealed class JobReexecution(ModelLibrary models)
{
    private const string Hidden = "a sealed token";

    /// <summary>What contradicts the job: at most the first differing leaf and the first wrong pick.</summary>
    /// <param name="index">Receipt index.</param>
    /// <param name="leaf">An answered job.</param>
    /// <param name="slots">Its pipeline in layer order.</param>
    /// <param name="limits">Its model.</param>
    /// <param name="opened">What a sealed job holds; null for a public one. Findings never tell a token of it: verdicts are public.</param>
    public IReadOnlyList<ReexecutionFinding> Run(
        uint index, BatchLeaf leaf, IReadOnlyList<Slot> slots, ModelLimits limits, OpenedJob? opened, CancellationToken cancellationToken)
    {
        // A rule that the hidden tokens break is nobody's provable fault, so it must not hide a computation that is.
        List<ReexecutionFinding> findings = [];
        if (opened is not null && LeafRules.OpenedFault(leaf, limits, opened.Tokens) is { } broken)
            findings.Add(new ReexecutionFinding(index, ReexecutionFault.TokensBreakRule, null, null, null, null, $"{broken.Fault}", Hidden));
        JobRequest request = leaf.Request.Message;
        LayerRange[] ranges = [.. slots.Select(s => new LayerRange((int)s.FirstLayer, (int)s.LayerCount))];
        IReadOnlyList<ShardModel> shards = models.Load(request.ModelId, ranges);
        SamplingParameters sampling = new(request.Sampling.Greedy, request.Sampling.InverseTemperatureBits, request.Sampling.Seed);
        ReexecutionRequest job = new(opened?.Tokens ?? Tokens(leaf), (int)request.PromptTokens, sampling, Salts: opened?.Salts);
        try
        {
            ReexecutionResult result = Reexecutor.Run(shards, job, cancellationToken);
            return [.. findings, .. Differences(index, leaf, slots, result), .. Picks(index, slots, result, opened is not null)];
        }
        catch (ArgumentException) when (findings.Count > 0)
        {
            // Ids outside of the vocabulary cannot be run.
            return findings;
        }
        catch (NonFiniteException e)
        {
            string expected = opened is null ? e.Message : "The tokens lead to a value that is not finite.";
            return [.. findings, new ReexecutionFinding(index, ReexecutionFault.NotFinite, null, null, null, null, expected, "an answer")];
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

    private static IEnumerable<ReexecutionFinding> Picks(uint index, IReadOnlyList<Slot> slots, ReexecutionResult result, bool isSealed)
    {
        if (result.WrongPick is { } pick)
        {
            // The last slot is the one that picks.
            yield return new ReexecutionFinding(
                index, ReexecutionFault.TokenDiffers, slots.Count - 1, slots[^1].SlotId, slots[^1].Operator, (uint)pick.Position,
                isSealed ? "another token" : $"{pick.Expected}", isSealed ? Hidden : $"{pick.Published}");
        }
    }

    private static uint[] Tokens(BatchLeaf leaf) => TokenBytes.TryRead(leaf.Tokens.Span, out uint[]? tokens)
        ? tokens
        : throw new InvalidOperationException($"{leaf.Tokens.Length} bytes of tokens passed the rules.");

    private static Bytes32[] Hashes(ReadOnlySpan<byte> bytes)
    {
        Bytes32[] hashes = new Bytes32[bytes.Length / Bytes32.Size];
        for (int i = 0; i < hashes.Length; i++)
            hashes[i] = new Bytes32(bytes.Slice(i * Bytes32.Size, Bytes32.Size));
        return hashes;
    }
}
