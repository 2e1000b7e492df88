using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Devnet;

/// <summary>One payment that the contract made, as its event says.</summary>
/// <param name="Role">sequencer or host.</param>
/// <param name="Address">Whose earnings.</param>
/// <param name="Wei">How much.</param>
internal sealed record Payout(string Role, Address Address, UInt128 Wei);

/// <summary>Reads the <c>Claimed</c> events of the credits contract.</summary>
internal sealed class Claims(EthereumClient client, Deployment deployment, Address sequencer)
{
    private static readonly AbiEvent s_claimed = AbiEvent.Parse("event Claimed(address indexed owner, address to, uint128 amount, uint64 batchIndex)");

    /// <summary>Everything that was ever paid, by owner.</summary>
    public async Task<IReadOnlyList<Payout>> ReadAsync(CancellationToken cancellationToken)
    {
        ulong head = await client.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false);
        LogFilter filter = new() { FromBlock = deployment.DeployedAtBlock, ToBlock = head, Addresses = [deployment.Credits], Topics = [[s_claimed.Topic]] };
        IReadOnlyList<LogEntry> logs = await client.GetLogsAsync(filter, cancellationToken).ConfigureAwait(false);
        return [.. logs.Select(Decode).GroupBy(p => p.Owner).Select(g => new Payout(
            g.Key == sequencer ? "sequencer" : "host", g.Key, g.Aggregate(UInt128.Zero, (sum, p) => sum + p.Amount)))];
    }

    private static (Address Owner, UInt128 Amount) Decode(LogEntry log)
    {
        object[] values = s_claimed.Decode(log.Topics, log.Data.Span);
        return ((Address)values[0], (UInt128)values[2]);
    }
}
