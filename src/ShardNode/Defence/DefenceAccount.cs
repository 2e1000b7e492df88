using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.ShardNode.Defence;

/// <summary>
/// Sends the moves of one account, within the limit of the day. One move at a time, whoever makes it: nobody takes for left over what another one waits for.
/// </summary>
internal sealed class DefenceAccount : IDisposable
{
    private readonly DefenderOptions _options;
    private readonly DefenceLedger _ledger;
    private readonly TransactionSender _sender;
    private readonly EthereumClient _client;
    private readonly SemaphoreSlim _turn = new(1, 1);

    public DefenceAccount(DefenderOptions options, EthereumClient client, ulong chainId, DefenceLedger ledger, TimeProvider clock)
    {
        (_options, _ledger, _client) = (options, ledger, client);
        _sender = new TransactionSender(client, options.Key, chainId, options.Transactions, ledger, clock);
    }

    /// <summary>The account.</summary>
    public Address Address => _sender.Address;

    /// <summary>Wei that moves cost today.</summary>
    public UInt128 SpentToday => _ledger.SpentToday();

    /// <summary>The account's balance in wei.</summary>
    public Task<UInt128> GetBalanceAsync(CancellationToken cancellationToken) => _client.GetBalanceAsync(Address, BlockTag.Latest, cancellationToken);

    /// <summary>Waits for what an earlier run, or an earlier try, left under way.</summary>
    /// <returns>How many such transactions there were, and whether all of them have ended.</returns>
    public async Task<(int Count, bool Ended)> RecoverAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var unfinished = _ledger.Unfinished();
            bool ended = true;
            foreach (var versions in unfinished)
            {
                TransactionOutcome outcome = await _sender.ResumeAsync("resumed", [.. versions], cancellationToken);
                _ledger.Record(outcome);
                ended &= outcome.Status != TransactionStatus.TimedOut;
            }
            return (unfinished.Count, ended);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes a move.</summary>
    /// <param name="move">Its name in the ledger.</param>
    /// <param name="to">The game.</param>
    /// <param name="data">Calldata.</param>
    /// <param name="isOwed">Whether silence would cost the stake: such a move is made beyond the limit of the day too, as long as the account can pay.</param>
    /// <param name="cancellationToken">Ends waiting; what was signed goes on with the next <see cref="RecoverAsync"/>.</param>
    /// <returns>Null where it was made, or may have been; else why it was not.</returns>
    public async Task<string?> SendAsync(string move, Contract to, byte[] data, bool isOwed, CancellationToken cancellationToken)
    {
        TransactionOutcome outcome;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!isOwed && SpentToday >= _options.DailyLimit)
                return $"the limit of {_options.DailyLimit} wei a day is spent";
            outcome = await _sender.SendAsync(new TransactionRequest { Id = move, To = to.Address, Data = data }, cancellationToken);
            _ledger.Record(outcome);
        }
        finally
        {
            _turn.Release();
        }
        return outcome.Status switch
        {
            // The chain is looked at again before anything else is sent.
            TransactionStatus.Succeeded or TransactionStatus.TimedOut or TransactionStatus.NonceConsumed => null,
            _ => outcome.RevertData.IsEmpty ? $"{outcome.Status}, {outcome.Message}" : ContractError.Describe(outcome.RevertData.Span),
        };
    }

    public void Dispose()
    {
        _sender.Dispose();
        _turn.Dispose();
    }
}
