using System.Text.Json;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Verifier.Data;
using TeeTee.Verifier.Following;
using TeeTee.Verifier.Storage;

namespace TeeTee.Verifier.Disputing;

/// <summary>
/// Reads cases back from the evidence folder: what was judged is there with all its bytes before the verdict is, so that a dispute goes on
/// after a crash although the sequencer serves nothing any more. Nothing read is believed: chunks must have their hashes, the manifest its root.
/// </summary>
internal sealed class CaseSource(string folder)
{
    private const int MostKept = 8;

    private readonly Dictionary<Bytes32, DisputeCase> _kept = [];

    /// <summary>The case of an Invalid batch; null where the evidence is not there or not whole, so that it has to be judged again.</summary>
    public DisputeCase? Find(ulong index, Bytes32 batchHash)
    {
        if (_kept.TryGetValue(batchHash, out DisputeCase? known))
            return known;
        DisputeCase? read = Read(Path.Combine(folder, EvidenceStore.NameOf(index, batchHash)));
        if (read is null || read.BatchHash != batchHash)
            return null;
        if (_kept.Count >= MostKept)
            _kept.Clear();
        return _kept[batchHash] = read;
    }

    /// <summary>Forgets a case that is judged again.</summary>
    public void Forget(Bytes32 batchHash) => _kept.Remove(batchHash);

    /// <summary>What was last said of a batch's data, whatever it was; null where nothing was written.</summary>
    public BatchVerdict? FindVerdict(ulong index, Bytes32 batchHash)
    {
        try
        {
            return BatchVerdict.Parse(File.ReadAllBytes(Path.Combine(folder, EvidenceStore.NameOf(index, batchHash))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private DisputeCase? Read(string path)
    {
        try
        {
            var verdict = BatchVerdict.Parse(File.ReadAllBytes(path));
            if (verdict is not { Verdict: Verdict.Invalid, Reproductions: >= 2, Posting: { } posting })
                return null;
            DataManifest manifest = new(verdict.Manifest);
            Dictionary<Bytes32, byte[]> chunks = [];
            foreach (Bytes32 hash in manifest.Chunks.Select(c => c.Hash).Distinct())
            {
                byte[] bytes = File.ReadAllBytes(Path.Combine(folder, "chunks", $"{hash}"));
                if (Keccak256.Hash(bytes) != hash)
                    return null;
                chunks[hash] = bytes;
            }

            // Where the manifest is not the committed one, its items were published on chain; each is bound by its leaf.
            FetchedBatch fetched = new(manifest, chunks, "", IsPublished: manifest.Root() != posting.Header.DataRoot);
            BatchReading reading = BatchDataReader.Read(fetched.ReadingHeader(posting.Header), manifest, h => chunks.TryGetValue(h, out byte[]? b) ? b : (ReadOnlyMemory<byte>?)null);
            return new DisputeCase(verdict, posting, manifest, chunks, reading.Data);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            return null;
        }
    }
}
