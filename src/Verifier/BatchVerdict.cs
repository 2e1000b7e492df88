using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Json;
using TeeTee.Verifier.Chain;
using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier;

/// <summary>
/// What the verifier says about one batch and everything on which that rests; in JSON it is the evidence file. With the posting, the
/// manifest and the chunks by their hashes, anybody can judge the batch again.
/// </summary>
public sealed record BatchVerdict
{
    /// <summary>The version of the format that this assembly writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the format.</summary>
    public required int Version { get; init; }

    /// <summary>The verdict with its findings, in the form that disputes take.</summary>
    public required BatchEvidence Evidence { get; init; }

    /// <summary>One sentence for people, naming what is wrong or missing.</summary>
    public required string Detail { get; init; }

    /// <summary>Where and how the batch was posted; null if it was not found on the chain.</summary>
    public required BatchPosting? Posting { get; init; }

    /// <summary>Receipts in the batch; 0 if it was not read.</summary>
    public required uint Leaves { get; init; }

    /// <summary>Answered jobs that could be run again: public ones, and sealed ones that this verifier can read.</summary>
    public required uint CheckableLeaves { get; init; }

    /// <summary>Receipt indices of sealed jobs that this verifier cannot read: their form was checked, their computation was not.</summary>
    public required ImmutableArray<uint> SealedLeaves { get; init; }

    /// <summary>What re-execution contradicts, traces, tokens and values that are not finite alike.</summary>
    public required ImmutableArray<ReexecutionFinding> Reexecution { get; init; }

    /// <summary>How many times the judgement was made in full with this outcome: 2 where it is Invalid.</summary>
    public required int Reproductions { get; init; }

    /// <summary>The rate at which leaves were drawn.</summary>
    public required double SampleRate { get; init; }

    /// <summary>The seed of the draw: keccak256(batchHash || the verifier's secret).</summary>
    public required Bytes32 SampleSeed { get; init; }

    /// <summary>The chunk records behind dataRoot, as far as they were read.</summary>
    public required ImmutableArray<ChunkRecord> Manifest { get; init; }

    /// <summary>Index of the batch.</summary>
    [JsonIgnore]
    public ulong BatchIndex => Evidence.BatchIndex;

    /// <summary>Its hash; zero if it was not found.</summary>
    [JsonIgnore]
    public Bytes32 BatchHash => Evidence.BatchHash;

    /// <summary>The verdict.</summary>
    [JsonIgnore]
    public Verdict Verdict => Evidence.Verdict;

    /// <summary>On what it rests.</summary>
    [JsonIgnore]
    public VerdictCause Cause => Evidence.Cause;

    /// <summary>The evidence file's bytes.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, RollupJson.Indented);

    /// <summary>Reads an evidence file.</summary>
    /// <exception cref="JsonException">The bytes are no evidence of this version.</exception>
    public static BatchVerdict Parse(ReadOnlySpan<byte> json)
    {
        BatchVerdict verdict = JsonSerializer.Deserialize<BatchVerdict>(json, RollupJson.Options)
            ?? throw new JsonException("The verdict is null.");
        return verdict.Version == CurrentVersion && verdict.Evidence.Version == BatchEvidence.CurrentVersion
            ? verdict
            : throw new JsonException($"Evidence of version {verdict.Version}; this reads {CurrentVersion}.");
    }

    public bool Equals(BatchVerdict? other) => other is not null && ToJson().AsSpan().SequenceEqual(other.ToJson());

    public override int GetHashCode() => Evidence.GetHashCode();
}
