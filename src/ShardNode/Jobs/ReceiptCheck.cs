using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Jobs;

/// <summary>Checks one slot's receipt and leaf list against the job and the pipeline's signing key. Pure.</summary>
internal static class ReceiptCheck
{
    /// <exception cref="JobException">BOUNDARY_MISMATCH naming the slot and the field.</exception>
    public static void Check(AdmittedJob job, int index, ShardResult result, ClosedJob closed, RollupDomain domain)
    {
        Stage stage = job.Pipeline[index];
        if (!WireMessages.TryRead(result.Receipt, out Signed<ShardReceipt>? signed))
            throw Wrong(stage, "is malformed");
        ShardReceipt receipt = signed.Message;
        if (domain.Signer(signed, Secp256k1Recovery.Instance) != stage.SigningKey)
            throw Wrong(stage, $"is not signed by {stage.SigningKey}");
        if (receipt.JobId != job.JobId || receipt.Slot != stage.SlotId || receipt.Operator != stage.Operator)
            throw Wrong(stage, "is of another job, slot or operator");
        if (receipt.Positions != closed.Positions || receipt.TokensRoot != closed.TokensRoot || receipt.PostBefore != job.PostBefore)
            throw Wrong(stage, "has other positions, tokens or postBefore");
        if (result.Leaves.Length != closed.Positions * Bytes32.Size || !WireMessages.TryReadHashes(result.Leaves.Span, out Bytes32[]? leaves))
            throw Wrong(stage, $"comes with {result.Leaves.Length} bytes of leaves for {closed.Positions} positions");
        if (TraceCommitment.Root(leaves) != receipt.TraceRoot)
            throw Wrong(stage, "has a traceRoot that is not its leaf list's");
        if (result.Openings.Length != (long)closed.Positions * TraceOpenings.Size)
            throw Wrong(stage, $"comes with {result.Openings.Length} bytes of openings for {closed.Positions} positions");
        if (TraceOpenings.FindUnopened(result.Leaves.Span, result.Openings.Span) is { } position)
            throw Wrong(stage, $"comes with an opening of position {position} that does not give its leaf");
    }

    /// <summary>Whether two slots that follow each other, both checked, signed the same vectors.</summary>
    /// <param name="job">The job.</param>
    /// <param name="index">Place of the lower one.</param>
    /// <param name="above">What the upper one committed to.</param>
    /// <param name="below">What the lower one did.</param>
    /// <exception cref="JobException">BOUNDARY_MISMATCH naming the lower slot, which had to compare what it received before it signed.</exception>
    public static void CheckMeeting(AdmittedJob job, int index, ShardResult above, ShardResult below)
    {
        if (TraceOpenings.FindGap(above.Openings.Span, below.Openings.Span) is { } position)
            throw Wrong(job.Pipeline[index], $"begins position {position} with another vector than slot {job.Pipeline[index - 1].SlotId} sent");
    }

    private static JobException Wrong(Stage stage, string what) =>
        JobException.Mismatch($"The receipt of slot {stage.SlotId} {what}.", stage.SlotId);
}
