namespace TeeTee.RollupContracts;

/// <summary>Every number that a deployment fixes for good; durations in seconds, amounts in wei. Meanings: contracts/src/types/Types.sol.</summary>
public sealed record RollupParameters
{
    public required ulong EpochSeconds { get; init; }

    public required ulong Window { get; init; }

    public required ulong DataWindow { get; init; }

    public required ulong ResponseWindow { get; init; }

    public required ulong ComputeWindow { get; init; }

    public required ulong DisputeHorizon { get; init; }

    public required ulong PostBeforeHorizon { get; init; }

    public required ulong WithdrawalDelay { get; init; }

    public required ulong WithdrawalMargin { get; init; }

    public required ulong ExitDelay { get; init; }

    public required ulong ModuleDelay { get; init; }

    public required ulong TakeoverDelay { get; init; }

    public required ulong NonceTtl { get; init; }

    public required ulong MaxKeyValidity { get; init; }

    public required ushort SequencerShareBps { get; init; }

    public required UInt128 MinSlotStake { get; init; }

    public required UInt128 MinPosterStake { get; init; }

    public required UInt128 ModelBond { get; init; }

    public required bool DevParameters { get; init; }

    internal object[] ToTuple() =>
    [
        EpochSeconds, Window, DataWindow, ResponseWindow, ComputeWindow, DisputeHorizon, PostBeforeHorizon, WithdrawalDelay,
        WithdrawalMargin, ExitDelay, ModuleDelay, TakeoverDelay, NonceTtl, MaxKeyValidity, SequencerShareBps, MinSlotStake,
        MinPosterStake, ModelBond, DevParameters,
    ];

    internal static RollupParameters Of(object value)
    {
        object[] v = (object[])value;
        return new RollupParameters
        {
            EpochSeconds = (ulong)v[0],
            Window = (ulong)v[1],
            DataWindow = (ulong)v[2],
            ResponseWindow = (ulong)v[3],
            ComputeWindow = (ulong)v[4],
            DisputeHorizon = (ulong)v[5],
            PostBeforeHorizon = (ulong)v[6],
            WithdrawalDelay = (ulong)v[7],
            WithdrawalMargin = (ulong)v[8],
            ExitDelay = (ulong)v[9],
            ModuleDelay = (ulong)v[10],
            TakeoverDelay = (ulong)v[11],
            NonceTtl = (ulong)v[12],
            MaxKeyValidity = (ulong)v[13],
            SequencerShareBps = (ushort)(ulong)v[14],
            MinSlotStake = (UInt128)v[15],
            MinPosterStake = (UInt128)v[16],
            ModelBond = (UInt128)v[17],
            DevParameters = (bool)v[18],
        };
    }
}
