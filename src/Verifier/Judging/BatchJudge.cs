using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Verification;
using TeeTee.Verifier.Chain;
using TeeTee.Verifier.Data;

namespace TeeTee.Verifier.Judging;

/// <summary>One whole judgement of a posted batch: data, rules, quotes, accounting, then re-execution of the sample.</summary>
internal sealed class BatchJudge(BatchFetcher fetcher, StateSource states, RuleJudge rules, SampleJudge samples)
{
    private static readonly IReadOnlySet<uint> s_none = new HashSet<uint>();

    /// <param name="draft">With its posting and seed.</param>
    /// <param name="again">
    /// True for the second judgement: everything is decoded, read and computed anew from the draft's complete data. The sources are not
    /// asked again, or who posts a fault could keep it from being found twice by serving its data once.
    /// </param>
    /// <exception cref="JudgementException">It cannot be made now.</exception>
    public async Task<VerdictDraft> JudgeAsync(VerdictDraft draft, BlockHeader pin, bool again, CancellationToken cancellationToken)
    {
        BatchPosting posting = draft.Posting!;
        FetchedBatch fetched = again
            ? new FetchedBatch(new DataManifest(draft.Manifest), draft.Chunks, "", IsPublished: draft.Manifest.Length > 0 && new DataManifest(draft.Manifest).Root() != posting.Header.DataRoot)
            : await fetcher.FetchAsync(posting.BatchHash, posting.Header, cancellationToken);
        draft = draft with { Manifest = fetched.Records, Chunks = fetched.Chunks };
        if (fetched.Manifest is null)
            return draft.Unavailable(VerdictCause.ManifestMissing, $"Nobody serves the manifest of batch {posting.Index}. {fetched.Cause}");
        BatchReading reading = BatchDataReader.Read(fetched.ReadingHeader(posting.Header), fetched.Manifest, fetched.Content);
        if (!reading.Missing.IsEmpty)
            return MissingChunks(draft, reading.Missing, fetched.Cause);
        if (reading.Data is null)
            return Broken(draft, reading.Findings);
        AccountTree parent = await states.ParentOfAsync(posting, pin, cancellationToken);
        return await JudgeAsync(draft with { Data = reading.Data }, parent, again, cancellationToken);
    }

    /// <summary>Forgets what was kept for continuing.</summary>
    public void Forget(Bytes32 batchHash) => samples.Forget(batchHash);

    private async Task<VerdictDraft> JudgeAsync(VerdictDraft draft, AccountTree parent, bool again, CancellationToken cancellationToken)
    {
        BatchPosting posting = draft.Posting!;
        (BatchJudgement judgement, IRollupView view) = await rules.CheckAsync(posting, draft.Data!, parent, cancellationToken);
        if (judgement.StateAfter is { } after)
            states.Keep(posting.BatchHash, after);
        if (!judgement.IsValid)
            return Broken(draft with { Sample = await SampleRestAsync(draft, judgement.Findings, view, again, cancellationToken) }, judgement.Findings);
        SampleOutcome sample = await Task.Run(
            () => samples.Run(posting, draft.Data!, view, s_none, draft.SampleSeed, again, cancellationToken), cancellationToken);
        draft = draft with { Sample = sample };
        return sample.Findings.IsEmpty ? Held(draft) : draft.Invalid(VerdictCause.TraceDiffers, Describe(sample.Findings[0]));
    }

    // A broken rule must not shelter a wrong computation beside it: the other leaves are run as ever, as far as that can be done.
    private async Task<SampleOutcome> SampleRestAsync(
        VerdictDraft draft, ImmutableArray<BatchFinding> findings, IRollupView view, bool again, CancellationToken cancellationToken)
    {
        HashSet<uint> broken = [.. findings.Where(f => f.Leaf is not null).Select(f => f.Leaf!.Value)];
        try
        {
            return await Task.Run(() => samples.Run(draft.Posting!, draft.Data!, view, broken, draft.SampleSeed, again, cancellationToken), cancellationToken);
        }
        catch (JudgementException)
        {
            return new SampleOutcome([], [], [], []);
        }
    }

    private static VerdictDraft Held(VerdictDraft draft)
    {
        SampleOutcome sample = draft.Sample;
        string closed = sample.Sealed.IsEmpty ? "" : $"; {sample.Sealed.Length} sealed could not be checked";
        return draft with
        {
            Verdict = Verdict.Valid,
            Cause = VerdictCause.None,
            Detail = $"Every rule holds for {draft.Data!.Leaves.Length} receipts; {sample.Sampled.Length} of {sample.Checkable.Length} jobs ran again with equal bits{closed}.",
        };
    }

    private static VerdictDraft Broken(VerdictDraft draft, ImmutableArray<BatchFinding> findings)
    {
        BatchFinding first = findings[0];
        string rule = first.LeafFinding is { } leaf ? $"{leaf.Fault}{(leaf.Part is { } part ? $" (part {part})" : "")}" : $"{first.Fault}";
        string where = first.Leaf is { } index ? $"Leaf {index}: " : "";
        string detail = $"{where}{rule}: expected {first.Expected}, found {first.Actual}.";
        return draft.Invalid(VerdictCause.RuleBroken, detail) with { Findings = findings };
    }

    private static VerdictDraft MissingChunks(VerdictDraft draft, ImmutableArray<ChunkRecord> missing, string cause)
    {
        ChunkRecord first = missing[0];
        string name = $"leaf {first.Item.Leaf}, kind {first.Item.Kind}, part {first.Item.Part}, number {first.Number}";
        return draft.Unavailable(VerdictCause.ChunksMissing, $"Nobody serves {missing.Length} chunks, the first of {name}. {cause}") with { Missing = missing };
    }

    private static string Describe(ReexecutionFinding f) => f.Fault switch
    {
        ReexecutionFault.LeafDiffers =>
            $"Leaf {f.Leaf}: slot {f.Slot} (part {f.Part}) differs from position {f.Position} on: expected {f.Expected}, found {f.Actual}.",
        ReexecutionFault.TokensBreakRule => $"Leaf {f.Leaf}: the sealed tokens break a rule: {f.Expected}.",
        ReexecutionFault.TokenDiffers => $"Leaf {f.Leaf}: slot {f.Slot} (part {f.Part}) picked another token at position {f.Position}.",
        _ => $"Leaf {f.Leaf}: {f.Expected}",
    };
}
