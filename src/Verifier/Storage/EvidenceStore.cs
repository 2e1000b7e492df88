using TeeTee.Primitives;
using TeeTee.Rollup.Evidence;

namespace TeeTee.Verifier.Storage;

/// <summary>
/// Writes the evidence files: one JSON per batch hash, and for an Invalid batch its chunks by their hashes, so that everything needed to
/// judge again stays when the sequencer no longer serves it.
/// </summary>
internal sealed class EvidenceStore(string? folder)
{
    /// <summary>The file of a batch inside the folder.</summary>
    public static string NameOf(ulong index, Bytes32 batchHash) => $"batch-{index:D8}-{batchHash}.json";

    /// <summary>Records a verdict about the batch's data; faults of chain or time say nothing about it and leave no file.</summary>
    public void Record(BatchVerdict verdict, IReadOnlyDictionary<Bytes32, byte[]> chunks)
    {
        if (folder is null || !IsAboutBatch(verdict))
            return;
        if (verdict.Verdict == Verdict.Invalid)
        {
            foreach ((Bytes32 hash, byte[] bytes) in chunks)
                AtomicFile.Write(Path.Combine(folder, "chunks", $"{hash}"), bytes, AtomicFile.Public, overwrite: false);
        }

        string path = Path.Combine(folder, NameOf(verdict.BatchIndex, verdict.BatchHash));
        AtomicFile.Write(path, verdict.ToJson(), AtomicFile.Public, overwrite: true);
    }

    private static bool IsAboutBatch(BatchVerdict verdict) => verdict.Posting is not null && verdict.Cause is
        not (VerdictCause.ChainUnavailable or VerdictCause.ChainsDisagree or VerdictCause.NotStanding or VerdictCause.TimedOut);
}
