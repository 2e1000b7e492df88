using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Messages;
using TeeTee.Verifier.Chain;
using TeeTee.Verifier.Disputing;
using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier.Tests.Disputing;

public sealed class AccusationsTests
{
    [Fact]
    public void OfComputation_PickBeforeADifferingLeaf_NamesThePick()
    {
        DisputeTarget target = Assert.Single(Of(Finding(0, ReexecutionFault.LeafDiffers, 0, 9), Finding(0, ReexecutionFault.TokenDiffers, 1, 8)));

        Assert.Equal((0u, 1u, 8u), (target.Leaf, target.Shard, target.Position));
    }

    [Fact]
    public void OfComputation_PickAtTheDifferingPosition_NamesTheShardAbove()
    {
        DisputeTarget target = Assert.Single(Of(Finding(0, ReexecutionFault.TokenDiffers, 1, 8), Finding(0, ReexecutionFault.LeafDiffers, 0, 8)));

        Assert.Equal((0u, 8u), (target.Shard, target.Position));
    }

    [Fact]
    public void OfComputation_SeveralLeaves_NamesOneTargetEach() =>
        Assert.Equal([0u, 3u], Of(Finding(3, ReexecutionFault.LeafDiffers, 1, 2), Finding(0, ReexecutionFault.LeafDiffers, 0, 4)).Select(t => t.Leaf).Order());

    [Fact]
    public void OfComputation_FaultsThatNameNoSlot_NamesNone() =>
        Assert.Empty(Of(new ReexecutionFinding(0, ReexecutionFault.NotFinite, null, null, null, null, "", ""), new ReexecutionFinding(1, ReexecutionFault.TokensBreakRule, null, null, null, null, "", "")));

    private static ReexecutionFinding Finding(uint leaf, ReexecutionFault fault, int part, uint position) => new(leaf, fault, part, 1, default(Address), position, "", "");

    private static IEnumerable<DisputeTarget> Of(params ReexecutionFinding[] findings)
    {
        Bytes32 hash = Keccak256.Hash("batch"u8);
        BatchHeader header = new(1, hash, 1, hash, 0, hash, 0, hash);
        BatchPosting posting = new(5, hash, Bytes32.Zero, 0, default, 100, 10, hash, header);
        VerdictDraft draft = new VerdictDraft(5) { Posting = posting, Verdict = Verdict.Invalid, Cause = VerdictCause.TraceDiffers, Sample = new SampleOutcome([], [], [], [.. findings]) };
        BatchVerdict verdict = (draft with { Sample = new SampleOutcome([], [], [], []) }).ToVerdict(1, default, 0, 1) with { Reexecution = [.. findings] };
        return Accusations.OfComputation(new DisputeCase(verdict, posting, new DataManifest([]), ImmutableDictionary<Bytes32, byte[]>.Empty, null));
    }
}
