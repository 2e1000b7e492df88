using System.Collections.Immutable;
using System.Text.Json;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Json;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Evidence;

/// <summary>A verifier's verdict about one batch with all that it rests on, as its evidence file holds it.</summary>
public sealed record BatchEvidence
{
    /// <summary>The version of the format that this assembly writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the format; no other than <see cref="CurrentVersion"/> is read.</summary>
    public required int Version { get; init; }

    /// <summary>EIP-155 chain id.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>Address of TeeTeeRollup.</summary>
    public required Address Rollup { get; init; }

    /// <summary>Index of the batch.</summary>
    public required ulong BatchIndex { get; init; }

    /// <summary>Its hash, which alone identifies it.</summary>
    public required Bytes32 BatchHash { get; init; }

    /// <summary>Unix seconds of the verdict on the verifier's clock.</summary>
    public required ulong JudgedAt { get; init; }

    /// <summary>The verdict.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>On what it rests.</summary>
    public required VerdictCause Cause { get; init; }

    /// <summary>Broken rules.</summary>
    public required ImmutableArray<BatchFinding> Findings { get; init; }

    /// <summary>Receipt indices that were re-executed.</summary>
    public required ImmutableArray<uint> SampledLeaves { get; init; }

    /// <summary>What re-execution found to differ.</summary>
    public required ImmutableArray<TraceDifference> Differences { get; init; }

    /// <summary>Chunks that nobody served.</summary>
    public required ImmutableArray<ChunkRecord> Missing { get; init; }

    /// <summary>The evidence file's bytes.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, RollupJson.Indented);

    /// <summary>Reads an evidence file.</summary>
    /// <exception cref="JsonException">The bytes are no evidence of this version.</exception>
    public static BatchEvidence Parse(ReadOnlySpan<byte> json)
    {
        BatchEvidence evidence = JsonSerializer.Deserialize<BatchEvidence>(json, RollupJson.Options)
            ?? throw new JsonException("Evidence is null.");
        return evidence.Version == CurrentVersion
            ? evidence
            : throw new JsonException($"Evidence of version {evidence.Version}; this reads {CurrentVersion}.");
    }

    public bool Equals(BatchEvidence? other) => other is not null && ToJson().AsSpan().SequenceEqual(other.ToJson());

    public override int GetHashCode() => HashCode.Combine(BatchHash, Verdict, Cause);
}
