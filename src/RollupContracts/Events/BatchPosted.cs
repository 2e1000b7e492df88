using System.Diagnostics.CodeAnalysis;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts;

/// <summary>The event of a posted batch, which holds everything that its readers start from.</summary>
public sealed record BatchPosted(
    ulong Index, Bytes32 BatchHash, Address Poster, Bytes32 ParentHash, ulong ParentIndex, ulong PostedAt, BatchHeader Header)
{
    private static readonly AbiEvent s_event = ContractArtifact.Load(ContractNames.Rollup).Event("BatchPosted");

    /// <summary>Topic 0, for filters.</summary>
    public static Bytes32 Topic => s_event.Topic;

    /// <summary>Decodes a log; false if it is another event.</summary>
    /// <exception cref="MalformedDataException">The log has the event's topics but not its data.</exception>
    public static bool TryDecode(LogEntry log, [NotNullWhen(true)] out BatchPosted? posted)
    {
        ArgumentNullException.ThrowIfNull(log);
        posted = null;
        if (!s_event.Matches(log.Topics))
            return false;
        object[] v = s_event.Decode(log.Topics, log.Data.Span);
        posted = new BatchPosted(
            (ulong)v[0], (Bytes32)v[1], (Address)v[2], (Bytes32)v[3], (ulong)v[4], (ulong)v[5], Tuples.Header(v[6]));
        return true;
    }
}
