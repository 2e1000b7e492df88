using System.Globalization;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Sources;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.Rollup.Economics;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.ShardNode.Chain;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardNode.Storage;

namespace TeeTee.ShardNode.Service;

/// <summary>What a shard asks the chain before it serves. A chain that is down stops only a shard that never saw it.</summary>
internal sealed record ChainStart(IChainView View, uint SlotId, SlotRegistration? Registration, ILogger Logger)
{
    private const string EpochSecondsMeta = "epoch_seconds";

    /// <exception cref="FailureException"><c>wrong_chain</c>, <c>losing_parameters</c>, <c>no_slot</c>, or what registration throws.</exception>
    public static async Task<ChainStart> OpenAsync(
        ShardNodeOptions options, ShardKeys keys, Bytes32 modelId, IQuoteSource quotes, ILogger logger, CancellationToken cancellationToken)
    {
        EthereumClient client = new(new JsonRpcClient(options.ChainEndpoint, time: options.Clock));
        if (options.ChainView is null)
            await CheckChainAsync(options, client, logger, cancellationToken);
        if (options.ChainView is null)
            await RequireSoundMoneyAsync(options, client, logger, cancellationToken);
        ContractChainView contracts = new(client, options.Rollup, options.Clock);
        uint? slot = options.SlotId;
        SlotRegistration? registration = options.Registration is { } asked
            ? new SlotRegistration(options, asked, client, contracts, keys, modelId, quotes, logger)
            : null;
        if (registration is not null)
            slot = await registration.RunAsync(cancellationToken);
        return new ChainStart(options.ChainView ?? contracts, slot ?? throw new FailureException(
            ExitCode.Configuration, "no_slot", "No slot id is configured, and registration was not asked for."), registration, logger);
    }

    /// <summary>Compares the slot with the contract's and gives the epoch length, from the chain or, if that is down, from an earlier start.</summary>
    /// <exception cref="FailureException"><c>slot_unknown</c>, <c>slot_mismatch</c> or <c>chain_unreachable</c>.</exception>
    public async Task<ulong> EpochSecondsAsync(Slot own, ShardStore store, CancellationToken cancellationToken)
    {
        try
        {
            ulong seconds = await View.GetEpochSecondsAsync(cancellationToken);
            if (seconds is 0 or > uint.MaxValue)
                throw new FailureException(ExitCode.Configuration, "wrong_contract", $"The contract says {seconds} seconds per epoch.");
            Slot? registered = await View.GetSlotAsync(SlotId, cancellationToken);
            if (registered is null)
                throw new FailureException(ExitCode.Configuration, "slot_unknown", $"The contract has no slot {SlotId}.");
            if (registered != own)
                throw new FailureException(ExitCode.Configuration, "slot_mismatch", $"The contract has {registered}; this shard is {own}.");
            return ulong.Parse(store.GetOrAddMeta(EpochSecondsMeta, seconds.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
        }
        catch (ChainUnavailableException e)
        {
            if (store.FindMeta(EpochSecondsMeta) is not { } known)
                throw new FailureException(ExitCode.Unreachable, "chain_unreachable", e.Message, e);
            ShardLog.ChainDown(Logger, e.Message);
            return ulong.Parse(known, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Lets only development networks be cheated by their own programs. A chain that is down refuses like one that says no.</summary>
    /// <exception cref="FailureException"><c>fault_refused</c>.</exception>
    public async Task RequireFaultsAllowedAsync(ShardNodeOptions options, CancellationToken cancellationToken)
    {
        if (options.Faults is null)
            return;
        bool development;
        try
        {
            development = await View.HasDevelopmentParametersAsync(cancellationToken);
        }
        catch (ChainUnavailableException)
        {
            development = false;
        }
        FaultGuard.Require(options.Faults, options.InsecureDevelopment, options.QuoteSource is not null, options.ChainId, development);
        ShardLog.Faulty(Logger, options.Faults.Active is { } fault ? FaultCatalog.NameOf(fault.Kind) : "none yet");
    }

    // Before anything is staked. Looked at again at every start; a chain that is down stops only a shard that never saw it.
    private static async Task RequireSoundMoneyAsync(ShardNodeOptions options, EthereumClient client, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            if (await DeploymentMoney.ReadAsync(client, options.Rollup, options.Registration?.Stake, cancellationToken) is not { } money)
                return;
            MoveCosts costs = await DeploymentMoney.ReadCostsAsync(client, cancellationToken);
            RollupParameters parameters = await new RollupContract(client, options.Rollup).GetParametersAsync(BlockTag.Latest, cancellationToken);
            EconomicVerdict verdict = EconomicCheck.Judge(new EconomicParameters { Dispute = money, Costs = costs });
            if (verdict.Refusal(parameters.DevParameters) is { } refusal)
                throw new FailureException(ExitCode.Configuration, "losing_parameters", refusal);
            foreach (EconomicFinding finding in verdict.Broken)
                ShardLog.LosingParameters(logger, finding.ToString());
        }
        catch (Exception e) when (e is RpcTransportException or JsonRpcException or MalformedDataException or ContractRevertException)
        {
            ShardLog.ChainDown(logger, e.Message);
        }
    }

    private static async Task CheckChainAsync(ShardNodeOptions options, EthereumClient client, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            ulong chainId = await client.GetChainIdAsync(cancellationToken);
            if (chainId != options.ChainId)
                throw new FailureException(ExitCode.Configuration, "wrong_chain", $"{options.ChainEndpoint} is chain {chainId}; chain {options.ChainId} is configured.");
        }
        catch (Exception e) when (e is RpcTransportException or JsonRpcException)
        {
            ShardLog.ChainDown(logger, e.Message);
        }
    }
}
