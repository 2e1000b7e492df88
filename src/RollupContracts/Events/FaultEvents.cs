using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Faults;

namespace TeeTee.RollupContracts;

/// <summary>A poster was convicted of a fault. Amounts are wei.</summary>
/// <param name="Judge">The judge that found it.</param>
/// <param name="Rule">Selector of its function.</param>
/// <param name="Winner">Who proved it.</param>
public sealed record FaultProven(
    Bytes32 BatchHash, uint Leaf, Address Poster, Address Judge, ReadOnlyMemory<byte> Rule, Address Winner, UInt128 Taken, UInt128 Bounty, UInt128 Refund,
    bool IsRolledBack)
{
    private static readonly Lazy<AbiEvent> s_event = new(() => ContractArtifact.Load(ContractNames.SequencerFaults).Event("FaultProven"));

    /// <summary>Topic 0, for filters.</summary>
    public static Bytes32 Topic => s_event.Value.Topic;

    /// <summary>Decodes a log; false if it is another event.</summary>
    /// <exception cref="MalformedDataException">The log has the event's topics but not its data.</exception>
    public static bool TryDecode(LogEntry log, [NotNullWhen(true)] out FaultProven? proven)
    {
        ArgumentNullException.ThrowIfNull(log);
        proven = null;
        if (!s_event.Value.Matches(log.Topics))
            return false;
        object[] v = s_event.Value.Decode(log.Topics, log.Data.Span);
        proven = new FaultProven(
            (Bytes32)v[0], (uint)(ulong)v[1], (Address)v[2], (Address)v[3], (byte[])v[4], (Address)v[5], (UInt128)v[6], (UInt128)v[7], (UInt128)v[8],
            (bool)v[9]);
        return true;
    }
}

/// <summary>A chunk of a batch was demanded. Times are Unix seconds of the chain.</summary>
public sealed record ChunkChallenged(
    ulong Id, Bytes32 BatchHash, Address Poster, ulong BatchIndex, ChunkPlace Place, Address Challenger, ulong Deadline)
{
    private static readonly Lazy<AbiEvent> s_event = new(() => ContractArtifact.Load(ContractNames.DataChallenges).Event("ChunkChallenged"));

    /// <summary>Topic 0, for filters.</summary>
    public static Bytes32 Topic => s_event.Value.Topic;

    /// <summary>Decodes a log; false if it is another event.</summary>
    /// <exception cref="MalformedDataException">The log has the event's topics but not its data.</exception>
    public static bool TryDecode(LogEntry log, [NotNullWhen(true)] out ChunkChallenged? challenged)
    {
        ArgumentNullException.ThrowIfNull(log);
        challenged = null;
        if (!s_event.Value.Matches(log.Topics))
            return false;
        object[] v = s_event.Value.Decode(log.Topics, log.Data.Span);
        ChunkPlace place = new((uint)(ulong)v[4], (DataKind)(ulong)v[5], (ushort)(ulong)v[6], (uint)(ulong)v[7]);
        challenged = new ChunkChallenged((ulong)(BigInteger)v[0], (Bytes32)v[1], (Address)v[2], (ulong)v[3], place, (Address)v[8], (ulong)v[9]);
        return true;
    }
}

/// <summary>A demanded chunk was published: what nobody served can be read here.</summary>
/// <param name="Content">The whole item of requests, receipts and cancellations; 16,384 bytes or the rest of the others; nothing where the item has no such chunk.</param>
public sealed record ChunkPublished(ulong Id, Bytes32 BatchHash, ChunkPlace Place, ReadOnlyMemory<byte> Content)
{
    private static readonly Lazy<AbiEvent> s_event = new(() => ContractArtifact.Load(ContractNames.DataChallenges).Event("ChunkPublished"));

    /// <summary>Topic 0, for filters.</summary>
    public static Bytes32 Topic => s_event.Value.Topic;

    /// <summary>Decodes a log; false if it is another event.</summary>
    /// <exception cref="MalformedDataException">The log has the event's topics but not its data.</exception>
    public static bool TryDecode(LogEntry log, [NotNullWhen(true)] out ChunkPublished? published)
    {
        ArgumentNullException.ThrowIfNull(log);
        published = null;
        if (!s_event.Value.Matches(log.Topics))
            return false;
        object[] v = s_event.Value.Decode(log.Topics, log.Data.Span);
        ChunkPlace place = new((uint)(ulong)v[2], (DataKind)(ulong)v[3], (ushort)(ulong)v[4], (uint)(ulong)v[5]);
        published = new ChunkPublished((ulong)(BigInteger)v[0], (Bytes32)v[1], place, (byte[])v[6]);
        return true;
    }
}
