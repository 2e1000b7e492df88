using TeeTee.Inference.Tracing;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Faults;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardNode.Storage;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Epochs;

/// <summary>Signs this shard's receipts, each into an epoch that is still open, and stores them with their evidence first.</summary>
/// <param name="faults">What a development network has this shard do wrong; null otherwise.</param>
internal sealed class ReceiptBook(
    ShardSelf self, ShardKeys keys, ShardStore store, AtRestCipher atRest, TimeProvider clock, ShardFaults? faults = null)
{
    /// <summary>Epoch of the shard's clock.</summary>
    public ulong CurrentEpoch => (ulong)clock.GetUtcNow().ToUnixTimeSeconds() / self.EpochSeconds;

    /// <summary>Signs that this shard ran the job as it ended; the caller has checked everything else.</summary>
    /// <param name="job">The job.</param>
    /// <param name="closed">How it ended.</param>
    /// <param name="trace">What this shard computed.</param>
    /// <param name="keepInputs">Keeps the file of inputs and gives its size; called only if the receipt will be signed.</param>
    /// <exception cref="JobException">BOUNDARY_MISMATCH: another end of this job was signed before. Its evidence must not be overwritten.</exception>
    public ShardResult Sign(AdmittedJob job, ClosedJob closed, ShardTrace trace, Func<long> keepInputs)
    {
        (LeafOpening[] openings, Bytes32[] leaves, Bytes32 root) = Commitments(job, closed.Positions, trace);
        if (store.HasOtherReceipt(job.JobId, closed.TokensRoot, root))
            throw JobException.Mismatch($"Slot {self.Slot.SlotId} has signed another end of this job before.", self.Slot.SlotId);
        long inputBytes = keepInputs();
        ShardReceipt draft = new(
            job.JobId, self.Slot.SlotId, self.Slot.Operator, 0, (uint)closed.Positions, closed.TokensRoot, root, job.PostBefore);
        JobEvidence evidence = new(job.Signed, Kept(job, closed), closed.Cancel, inputBytes);
        (byte[] list, byte[] opened) = (WireMessages.EncodeHashes(leaves), TraceOpenings.Encode(openings));
        Signed<ShardReceipt> signed = store.AddReceipt(draft, CurrentEpoch, Sign, list, opened, evidence);
        return new StoredReceiptRow(signed, list, opened, Sealed: false).ToWire();
    }

    private (LeafOpening[] Openings, Bytes32[] Leaves, Bytes32 Root) Commitments(AdmittedJob job, int positions, ShardTrace trace)
    {
        LeafOpening[] openings = [.. Enumerable.Range(0, positions)
            .Select(p => new LeafOpening(trace.Boundaries[p].HIn, trace.Boundaries[p].HOut, trace.KvRoots[p]))];
        if (faults?.Of(job)?.Commit(openings) is not true)
            return (openings, [.. trace.Leaves.Take(positions)], trace.TraceRoot(positions));
        Bytes32[] leaves = [.. openings.Select((opening, p) => opening.LeafOf((uint)p))];
        return (openings, leaves, TraceCommitment.Root(leaves));
    }

    // Who defends a sealed job needs its salts, so the key is kept with the ids.
    private byte[] Kept(AdmittedJob job, ClosedJob closed)
    {
        byte[] tokens = WireMessages.EncodeTokens(closed.Tokens);
        return job.Secrets is { } secrets ? atRest.Seal(job.JobId, [.. secrets.Key.ToArray(), .. tokens]) : tokens;
    }

    private (Bytes32 Digest, Signature Signature) Sign(ShardReceipt receipt)
    {
        Bytes32 digest = self.Domain.Digest(receipt);
        return (digest, keys.Signing.Sign(digest));
    }
}
