using System.Collections.Immutable;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Batches;

/// <summary>What came of reading a batch's data: the data, or what is wrong with it, or what is not there.</summary>
/// <param name="Data">The data; null unless everything was there and well formed.</param>
/// <param name="Findings">The poster's faults of form.</param>
/// <param name="IsManifestOfBatch">False if the manifest is not the committed one: whoever served it does not have the data.</param>
/// <param name="Missing">Committed chunks whose bytes were not served: the verdict is Unavailable.</param>
public sealed record BatchReading(
    BatchData? Data, ImmutableArray<BatchFinding> Findings, bool IsManifestOfBatch, ImmutableArray<ChunkRecord> Missing);
