using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Ethereum;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;

namespace TeeTee.ShardNode.Defence;

/// <summary>
/// Signed moves, stored before they leave, and what they cost: so that after a crash a move that is under way is waited for, and the limit of the day
/// holds over restarts. What the disputes look like is the chain's to say and not kept.
/// </summary>
internal sealed class DefenceLedger(SqliteDatabase database, TimeProvider clock) : ITransactionOutbox
{
    /// <summary>Its tables, for <see cref="SqliteDatabase.Open"/>.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE sends (
            id    INTEGER PRIMARY KEY,
            move  TEXT NOT NULL,
            nonce INTEGER NOT NULL,
            raw   BLOB NOT NULL,
            hash  BLOB NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('signed', 'mined', 'gone')),
            day   INTEGER NOT NULL,                   -- UTC days since 1970
            cost  TEXT NOT NULL                       -- wei: at most, until it is mined
        );
        CREATE INDEX sends_state ON sends (state);
        CREATE INDEX sends_day ON sends (day);
        """,
    ];

    private long Today => clock.GetUtcNow().ToUnixTimeSeconds() / 86_400;

    /// <inheritdoc/>
    public ValueTask SaveAsync(string requestId, SignedTransaction transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        Eip1559Transaction content = transaction.Transaction;
        UInt128 most = (content.GasLimit * content.MaxFeePerGas) + content.Value;
        using SqliteConnection connection = database.Connect();
        connection.Execute(
            "INSERT INTO sends (move, nonce, raw, hash, state, day, cost) VALUES (@move, @nonce, @raw, @hash, 'signed', @day, @cost)",
            new
            {
                move = requestId,
                nonce = (long)content.Nonce,
                raw = transaction.Raw.ToArray(),
                hash = transaction.Hash.ToArray(),
                day = Today,
                cost = most.ToString(CultureInfo.InvariantCulture),
            });
        return ValueTask.CompletedTask;
    }

    /// <summary>What has no known end, by nonce, the oldest version of each first.</summary>
    public IReadOnlyList<IGrouping<ulong, SignedTransaction>> Unfinished()
    {
        using SqliteConnection connection = database.Connect();
        return [.. connection.Query<byte[]>("SELECT raw FROM sends WHERE state = 'signed' ORDER BY nonce, id")
            .Select(raw => SignedTransaction.Decode(raw)).GroupBy(sent => sent.Transaction.Nonce)];
    }

    /// <summary>Records how sending ended, if it did: what was mined at its true cost, what it replaced at none.</summary>
    public void Record(TransactionOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        if (outcome.Status is TransactionStatus.TimedOut)
            return;
        database.InTransaction((connection, transaction) =>
        {
            foreach (SignedTransaction version in outcome.Versions)
            {
                bool mined = version.Hash == outcome.Receipt?.TransactionHash;
                UInt128 cost = mined ? outcome.Receipt!.GasUsed * outcome.Receipt.EffectiveGasPrice : 0;
                connection.Execute("UPDATE sends SET state = @state, cost = @cost WHERE hash = @hash",
                    new { state = mined ? "mined" : "gone", cost = cost.ToString(CultureInfo.InvariantCulture), hash = version.Hash.ToArray() }, transaction);
            }
        });
    }

    /// <summary>Wei that the moves of today cost, those under way at most.</summary>
    public UInt128 SpentToday()
    {
        using SqliteConnection connection = database.Connect();
        UInt128 sum = 0;
        // Versions of one transaction have one nonce, and only one of them can be mined.
        foreach (var nonce in connection.Query<(long Nonce, string Cost)>("SELECT nonce, cost FROM sends WHERE day = @day", new { day = Today }).GroupBy(row => row.Nonce))
            sum += nonce.Max(row => UInt128.Parse(row.Cost, CultureInfo.InvariantCulture));
        return sum;
    }
}
