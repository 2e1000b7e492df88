using TeeTee.Inference.Tracing;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardNode.Storage;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Epochs;

/// <summary>Signs this shard's receipts, each into an epoch that is still open, and stores them with their evidence first.</summary>
internal sealed class ReceiptBook(ShardSelf self, ShardKeys keys, ShardStore store, AtRestCipher atRest, TimeProvider clock)
{
    /// <summary>Epoch of the shard's clock.</summary>
    public ulong CurrentEpoch => (ulong)clock.GetUtcNow().ToUnixTimeSeconds() / self.EpochSeconds;

    /// <summary>Signs that this shard ran the job as it ended; the caller has checked everything.</summary>
    public ShardResult Sign(AdmittedJob job, ClosedJob closed, ShardTrace trace, long inputBytes)
    {
        byte[] leaves = WireMessages.EncodeHashes([.. trace.Leaves.Take(closed.Positions)]);
        ShardReceipt draft = new(job.JobId, self.Slot.SlotId, self.Slot.Operator, 0, (uint)closed.Positions, closed.TokensRoot,
            trace.TraceRoot(closed.Positions), job.PostBefore);
        JobEvidence evidence = new(job.Signed, Kept(job, closed), closed.Cancel, inputBytes);
        byte[] openings = TraceOpenings.Encode([.. Enumerable.Range(0, closed.Positions)
            .Select(p => new LeafOpening(trace.Boundaries[p].HIn, trace.Boundaries[p].HOut, trace.KvRoots[p]))]);
        Signed<ShardReceipt> signed = store.AddReceipt(draft, CurrentEpoch, Sign, leaves, openings, evidence);
        return new StoredReceiptRow(signed, leaves, openings, Sealed: false).ToWire();
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
