using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;

namespace TeeTee.RollupContracts;

/// <summary>A dispute was opened; its context is what every later call passes.</summary>
public sealed record DisputeOpened(ulong Id, Bytes32 PositionKey, Address Operator, Address Challenger, UInt128 Bond, ulong Deadline, DisputeContext Context)
{
    private static readonly Lazy<AbiEvent> s_event = new(() => ContractArtifact.Load(ContractNames.DisputeGame).Event("DisputeOpened"));

    // Head of open: the header's 8 words, two offsets, then the context, all of it static.
    private const int ContextIndex = 10;

    /// <summary>Topic 0, for filters.</summary>
    public static Bytes32 Topic => s_event.Value.Topic;

    /// <summary>Decodes a log; false if it is another event.</summary>
    /// <exception cref="MalformedDataException">The log has the event's topics but not its data.</exception>
    public static bool TryDecode(LogEntry log, [NotNullWhen(true)] out DisputeOpened? opened)
    {
        ArgumentNullException.ThrowIfNull(log);
        opened = null;
        if (!s_event.Value.Matches(log.Topics))
            return false;
        object[] v = s_event.Value.Decode(log.Topics, log.Data.Span);
        DisputeContext context = DisputeContext.Decode(new CallData((byte[])v[6]).Head(ContextIndex, DisputeContext.Words));
        opened = new DisputeOpened(
            (ulong)(BigInteger)v[0], (Bytes32)v[1], (Address)v[2], (Address)v[3], (UInt128)v[4], (ulong)v[5], context);
        return true;
    }
}

/// <summary>Groups of an operator list were revealed.</summary>
public sealed record GroupsRevealed(Bytes32 PositionKey, uint FirstGroup, bool IsComplete, TraceOpening Opening, IReadOnlyList<IReadOnlyList<Bytes32>> Groups)
{
    private static readonly Lazy<AbiEvent> s_event = new(() => ContractArtifact.Load(ContractNames.DisputeGame).Event("GroupsRevealed"));

    // Head of reveal: the context, then the offset of the opening, the first group, and the offset of the groups.
    private const int OpeningIndex = DisputeContext.Words;
    private const int GroupsIndex = DisputeContext.Words + 2;

    /// <summary>Topic 0, for filters.</summary>
    public static Bytes32 Topic => s_event.Value.Topic;

    /// <summary>Decodes a log; false if it is another event.</summary>
    /// <exception cref="MalformedDataException">The log has the event's topics but not its data.</exception>
    public static bool TryDecode(LogEntry log, [NotNullWhen(true)] out GroupsRevealed? revealed)
    {
        ArgumentNullException.ThrowIfNull(log);
        revealed = null;
        if (!s_event.Value.Matches(log.Topics))
            return false;
        object[] v = s_event.Value.Decode(log.Topics, log.Data.Span);
        CallData call = new((byte[])v[3]);
        long at = call.TailOf(OpeningIndex);
        TraceOpening opening = new(
            call.HashAt(at), call.HashAt(at + Bytes32.Size), call.HashAt(at + (2 * Bytes32.Size)), call.NestedAt(at + (3 * Bytes32.Size), at));
        revealed = new GroupsRevealed((Bytes32)v[0], (uint)(ulong)v[1], (bool)v[2], opening, call.GroupsAt(call.TailOf(GroupsIndex)));
        return true;
    }
}

/// <summary>The content of a selected entry was published.</summary>
public sealed record EntryAnswered(ulong Id, ulong Deadline, byte[] Content)
{
    private static readonly Lazy<AbiEvent> s_event = new(() => ContractArtifact.Load(ContractNames.DisputeGame).Event("EntryAnswered"));

    /// <summary>Topic 0, for filters.</summary>
    public static Bytes32 Topic => s_event.Value.Topic;

    /// <summary>Decodes a log; false if it is another event.</summary>
    /// <exception cref="MalformedDataException">The log has the event's topics but not its data.</exception>
    public static bool TryDecode(LogEntry log, [NotNullWhen(true)] out EntryAnswered? answered)
    {
        ArgumentNullException.ThrowIfNull(log);
        answered = null;
        if (!s_event.Value.Matches(log.Topics))
            return false;
        object[] v = s_event.Value.Decode(log.Topics, log.Data.Span);
        answered = new EntryAnswered((ulong)(BigInteger)v[0], (ulong)v[1], (byte[])v[2]);
        return true;
    }
}
