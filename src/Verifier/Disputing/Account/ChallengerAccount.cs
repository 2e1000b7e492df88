using System.Security.Cryptography;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Chain;

namespace TeeTee.Verifier.Disputing;

/// <summary>
/// The limited account. Nothing leaves it that was not simulated on the newest state of every node: one that says no, or cannot be asked, is
/// enough to wait. What it pays in gas is written down, and bonds and gas are capped.
/// </summary>
internal sealed class ChallengerAccount : IDisposable
{
    private const ulong Day = 86_400;

    private readonly IReadOnlyList<ChainEndpoint> _endpoints;
    private readonly ChallengerOptions _options;
    private readonly RecordStore _records;
    private readonly ChallengerMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly TransactionSender _sender;

    public ChallengerAccount(
        IReadOnlyList<ChainEndpoint> endpoints, Deployment deployment, ChallengerOptions options, RecordStore records, ChallengerMetrics metrics, TimeProvider clock)
    {
        (_endpoints, _options, _records, _metrics, _clock) = (endpoints, options, records, metrics, clock);
        _sender = new TransactionSender(endpoints[0].Client, options.Key!, deployment.ChainId, options.Transactions);
    }

    /// <summary>The account.</summary>
    public Address Address => _sender.Address;

    /// <summary>Wei in bonds of disputes that are not settled, as last read from the chain.</summary>
    public UInt128 BondsAtRisk { get; set; }

    /// <summary>Simulates a call everywhere and sends it.</summary>
    /// <param name="purpose">What it does, for logs, metrics and the record of gas.</param>
    /// <param name="to">The contract.</param>
    /// <param name="data">Calldata.</param>
    /// <param name="bond">Wei sent with it.</param>
    /// <param name="finishes">Whether it finishes what is open already: then the day's cap on gas does not stop it, because stopping would lose more.</param>
    /// <param name="cancellationToken">Ends the waiting; what was sent stays sent.</param>
    public async Task<SendResult> SendAsync(
        string purpose, Address to, byte[] data, UInt128 bond, bool finishes, CancellationToken cancellationToken)
    {
        if (Cap(bond, finishes) is { } cap)
            return Noted(purpose, new SendResult(SendEnd.Held, cap));
        if (await SimulateAsync(to, data, bond, cancellationToken) is { } refusal)
            return Noted(purpose, refusal);
        if (_options.BeforeSend is { } before)
            await before(purpose);
        SendResult result = await DeliverAsync(purpose, to, data, bond, cancellationToken);
        if (result.IsDone && _options.AfterSend is { } after)
            await after(purpose);
        return Noted(purpose, result);
    }

    /// <summary>The registry, for calldata.</summary>
    public RegistryContract Registry => _endpoints[0].Registry;

    /// <summary>The game, for calldata.</summary>
    public DisputeGameContract Game(Address game) => new(_endpoints[0].Client, game);

    /// <summary>Balance at the newest block of the first node.</summary>
    public Task<UInt128> GetBalanceAsync(CancellationToken cancellationToken) =>
        _endpoints[0].Client.GetBalanceAsync(Address, BlockTag.Latest, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _sender.Dispose();

    private string? Cap(UInt128 bond, bool finishes)
    {
        if (bond > 0 && BondsAtRisk + bond > _options.MaxBonds)
            return $"{BondsAtRisk} wei are in bonds, and {bond} more would pass the cap of {_options.MaxBonds}";
        ulong now = Now();
        UInt128 spent = _records.GasSince(now > Day ? now - Day : 0);
        return !finishes && spent >= _options.MaxGasPerDay ? $"{spent} wei went into gas since yesterday, the cap is {_options.MaxGasPerDay}" : null;
    }

    private async Task<SendResult?> SimulateAsync(Address to, byte[] data, UInt128 value, CancellationToken cancellationToken)
    {
        CallRequest call = new() { From = Address, To = to, Data = data, Value = value };
        foreach (ChainEndpoint endpoint in _endpoints)
        {
            try
            {
                await endpoint.Client.CallAsync(call, BlockTag.Latest, cancellationToken);
            }
            catch (ContractRevertException e)
            {
                return new SendResult(SendEnd.WouldFail, $"{endpoint.Name}: {ContractError.Describe(e.RevertData)}");
            }
            catch (Exception e) when (e is RpcTransportException or JsonRpcException)
            {
                return new SendResult(SendEnd.Unknown, $"{endpoint.Name}: {e.Message}");
            }
        }

        return null;
    }

    private async Task<SendResult> DeliverAsync(string purpose, Address to, byte[] data, UInt128 value, CancellationToken cancellationToken)
    {
        string id = $"{purpose}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        try
        {
            TransactionOutcome outcome = await _sender.SendAsync(new TransactionRequest { Id = id, To = to, Data = data, Value = value }, cancellationToken);
            if (outcome.Receipt is { } receipt)
                _records.AddGas(new SpentGas(Now(), receipt.EffectiveGasPrice * receipt.GasUsed, purpose));
            string cause = outcome.RevertData.IsEmpty ? outcome.Message : ContractError.Describe(outcome.RevertData.Span);
            return outcome.Status switch
            {
                TransactionStatus.Succeeded => new SendResult(SendEnd.Done, "", outcome.Receipt),
                TransactionStatus.Reverted => new SendResult(SendEnd.Failed, cause, outcome.Receipt),
                TransactionStatus.WouldRevert => new SendResult(SendEnd.WouldFail, cause),
                _ => new SendResult(SendEnd.Unknown, $"{outcome.Status}: {cause}"),
            };
        }
        catch (RpcTransportException e)
        {
            return new SendResult(SendEnd.Unknown, e.Message);
        }
    }

    private SendResult Noted(string purpose, SendResult result)
    {
        _metrics.Sent(purpose, result.End);
        return result;
    }

    private ulong Now() => (ulong)_clock.GetUtcNow().ToUnixTimeSeconds();
}
