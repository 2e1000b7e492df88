using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>A dispute about one position of one shard of one leaf as it stands now. Times are Unix seconds of the chain.</summary>
/// <param name="Id">Counted from 1.</param>
/// <param name="PositionKey">Of (batch, leaf, shard, position): all disputes there share one reveal.</param>
/// <param name="CaseKey">Of (batch, leaf, shard): all disputes there share one conviction.</param>
/// <param name="ContextHash">Of the context that every later call must pass.</param>
/// <param name="Challenger">Who paid the bond.</param>
/// <param name="Operator">Who is accused.</param>
/// <param name="Bond">Wei.</param>
/// <param name="OpenedAt">When.</param>
/// <param name="Deadline">First second at which the present move is too late; 0 once settled or moot.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Group">The selected entry's group.</param>
/// <param name="Index">The selected entry's place in it.</param>
/// <param name="Entry">The selected entry; zero before.</param>
/// <param name="Commitment">To the challenger's own list.</param>
public sealed record GameDispute(
    ulong Id, Bytes32 PositionKey, Bytes32 CaseKey, Bytes32 ContextHash, Address Challenger, Address Operator, UInt128 Bond, ulong OpenedAt, ulong Deadline,
    GameState State, uint Group, uint Index, Bytes32 Entry, Bytes32 Commitment)
{
    /// <summary>Whether a move is owed.</summary>
    public bool IsOpen => State is GameState.Opened or GameState.Revealed or GameState.Selected or GameState.Answered;

    internal static GameDispute Of(ulong id, object value)
    {
        object[] v = (object[])value;
        return new GameDispute(
            id, (Bytes32)v[0], (Bytes32)v[1], (Bytes32)v[2], (Address)v[3], (Address)v[4], (UInt128)v[5], (ulong)v[6], (ulong)v[7],
            (GameState)(ulong)v[8], (uint)(ulong)v[9], (uint)(ulong)v[10], (Bytes32)v[11], (Bytes32)v[12]);
    }
}
