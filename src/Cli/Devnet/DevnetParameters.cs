using TeeTee.Attestation.Sources.Simulator;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Devnet;

/// <summary>Contract parameters of a development network: the relations of production with seconds instead of days.</summary>
internal static class DevnetParameters
{
    private const ulong PostBeforeHorizon = 3_600;

    /// <summary>Longer than a receipt usually waits for its batch, so that nobody withdraws what such a receipt has spent.</summary>
    private const ulong WithdrawalMargin = 60;

    /// <summary>A tenth of each fee goes to the sequencer.</summary>
    private const ushort SequencerShareBps = 1_000;

    private static readonly UInt128 s_finney = 1_000_000_000_000_000;

    /// <summary>Parameters for the given window and epoch.</summary>
    public static RollupParameters Create(DevnetOptions options)
    {
        ulong window = options.WindowSeconds;
        ulong response = options.ResponseSeconds ?? window / 3;
        ulong part = (window - response) / 2;
        ulong withdrawalDelay = WithdrawalMargin + window;
        return new RollupParameters
        {
            EpochSeconds = options.EpochSeconds,
            Window = window,
            DataWindow = part,
            ResponseWindow = response,
            ComputeWindow = part,
            DisputeHorizon = options.DisputeSeconds,
            PostBeforeHorizon = PostBeforeHorizon,
            WithdrawalDelay = withdrawalDelay,
            WithdrawalMargin = WithdrawalMargin,
            ExitDelay = PostBeforeHorizon + window + options.DisputeSeconds,
            ModuleDelay = withdrawalDelay + 1,
            TakeoverDelay = 120,
            NonceTtl = 600,
            MaxKeyValidity = 90 * 86_400,
            SequencerShareBps = SequencerShareBps,
            MinSlotStake = 10 * s_finney,
            MinPosterStake = 10 * s_finney,
            ModelBond = 10 * s_finney,
            DevParameters = true,
        };
    }

    /// <summary>What the contracts accept as evidence: quotes of the folder's simulated PKI, from machines that run the shards' simulated image.</summary>
    /// <remarks>
    /// The rules are production's; root, images and levels are the simulator's. The chain's policy does not end with the collateral that it is
    /// made of, since the simulator renews that and nobody would renew the policy.
    /// </remarks>
    public static AttestationPolicy CreatePolicy(string simulatedPki)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using SimulatedPki pki = SimulatedPki.LoadOrCreate(simulatedPki, TimeProvider.System);
        return AttestationPolicy.FromCollateral(
            pki.Root, pki.Collateral(now), [AttestedImage.Of(register => DevnetPolicy.Image[register])], looseningDelay: 0,
            validUntil: (ulong)now.AddYears(10).ToUnixTimeSeconds());
    }
}
