using TeeTee.RollupContracts;

namespace TeeTee.Testing;

/// <summary>Parameters of the rollups that tests deploy: windows of seconds, small stakes.</summary>
internal static class TestParameters
{
    public static RollupParameters Ordinary { get; } = new()
    {
        EpochSeconds = 10,
        Window = 60,
        DataWindow = 20,
        ResponseWindow = 20,
        ComputeWindow = 20,
        DisputeHorizon = 100,
        PostBeforeHorizon = 40,
        WithdrawalDelay = 80,
        WithdrawalMargin = 15,
        ExitDelay = 200,
        ModuleDelay = 81,
        TakeoverDelay = 50,
        NonceTtl = 600,
        MaxKeyValidity = 10_000,
        SequencerShareBps = 1_000,
        MinSlotStake = 1_000,
        MinPosterStake = 1_000,
        ModelBond = 500,
        DevParameters = true,
    };
}
