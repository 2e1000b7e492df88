using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Verification;
using TeeTee.Verifier.Chain;

namespace TeeTee.Verifier.Judging;

/// <summary>A verdict in the making: what is known so far of one batch.</summary>
internal sealed record VerdictDraft(ulong Index)
{
    public BatchPosting? Posting { get; init; }

    public ImmutableArray<ChunkRecord> Manifest { get; init; } = [];

    public BatchData? Data { get; init; }

    public Bytes32 SampleSeed { get; init; }

    public Verdict Verdict { get; init; } = Verdict.Unavailable;

    public VerdictCause Cause { get; init; }

    public string Detail { get; init; } = "";

    public ImmutableArray<BatchFinding> Findings { get; init; } = [];

    public ImmutableArray<ChunkRecord> Missing { get; init; } = [];

    public SampleOutcome Sample { get; init; } = new([], [], [], []);

    public int Reproductions { get; init; } = 1;

    /// <summary>Bytes of the chunks, to be kept beside the evidence of a fault.</summary>
    public IReadOnlyDictionary<Bytes32, byte[]> Chunks { get; init; } = ImmutableDictionary<Bytes32, byte[]>.Empty;

    public VerdictDraft Unavailable(VerdictCause cause, string detail) => this with { Verdict = Verdict.Unavailable, Cause = cause, Detail = detail };

    public VerdictDraft Invalid(VerdictCause cause, string detail) => this with { Verdict = Verdict.Invalid, Cause = cause, Detail = detail };

    /// <summary>Whether two judgements name the same faults.</summary>
    public bool SameFaultsAs(VerdictDraft other) =>
        (Verdict, Cause, Posting) == (other.Verdict, other.Cause, other.Posting)
        && Findings.SequenceEqual(other.Findings) && Sample.Findings.SequenceEqual(other.Sample.Findings);

    public BatchVerdict ToVerdict(ulong chainId, Address rollup, ulong judgedAt, double sampleRate) => new()
    {
        Version = BatchVerdict.CurrentVersion,
        Evidence = new BatchEvidence
        {
            Version = BatchEvidence.CurrentVersion,
            ChainId = chainId,
            Rollup = rollup,
            BatchIndex = Index,
            BatchHash = Posting?.BatchHash ?? Bytes32.Zero,
            JudgedAt = judgedAt,
            Verdict = Verdict,
            Cause = Cause,
            Findings = Findings,
            SampledLeaves = Sample.Sampled,
            Differences = [.. Sample.Findings.Where(f => f.Fault == ReexecutionFault.LeafDiffers).Select(Difference)],
            Missing = Missing,
        },
        Detail = Detail,
        Posting = Posting,
        Leaves = (uint)(Data?.Leaves.Length ?? 0),
        CheckableLeaves = (uint)Sample.Checkable.Length,
        SealedLeaves = Sample.Sealed,
        Reexecution = Sample.Findings,
        Reproductions = Reproductions,
        SampleRate = sampleRate,
        SampleSeed = SampleSeed,
        Manifest = Manifest,
    };

    private TraceDifference Difference(ReexecutionFinding f) => new(
        f.Leaf, f.Part!.Value, f.Slot!.Value, f.Operator!.Value, f.Position!.Value, Bytes32.Parse(f.Expected), Bytes32.Parse(f.Actual), Reproductions);
}
