using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Ethereum;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;

namespace TeeTee.Sequencer.Posting;

/// <summary>Signed transactions, stored before they leave.</summary>
internal sealed class SqliteOutbox(SqliteDatabase database, TimeProvider clock) : ITransactionOutbox
{
    /// <inheritdoc/>
    public ValueTask SaveAsync(string requestId, SignedTransaction transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        using SqliteConnection connection = database.Connect();
        connection.Execute(
            "INSERT INTO outbox (purpose, nonce, raw, hash, state, created_at) VALUES (@purpose, @nonce, @raw, @hash, 'signed', @now)",
            new
            {
                purpose = requestId,
                nonce = (long)transaction.Transaction.Nonce,
                raw = transaction.Raw.ToArray(),
                hash = transaction.Hash.ToArray(),
                now = clock.GetUtcNow().ToUnixTimeSeconds(),
            });
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Transactions that may still have to be mined: those without a known end, and mined ones whose nonce the chain has free again
    /// because a reorganisation dropped them. By nonce, then oldest version first.
    /// </summary>
    /// <param name="nextNonce">The account's next nonce on the chain.</param>
    public IReadOnlyList<OutboxRow> Unfinished(ulong nextNonce)
    {
        using SqliteConnection connection = database.Connect();
        var rows = connection.Query<(string Purpose, byte[] Raw)>(
            "SELECT purpose, raw FROM outbox WHERE state = 'signed' OR (state = 'mined' AND nonce >= @next) ORDER BY nonce, id",
            new { next = (long)nextNonce });
        return [.. rows.Select(r => new OutboxRow(r.Purpose, SignedTransaction.Decode(r.Raw)))];
    }

    /// <summary>Unix seconds by which the batch that a purpose posts must be on the chain; null where it has no answers, or is not there.</summary>
    public ulong? PostBeforeOf(string purpose)
    {
        using SqliteConnection connection = database.Connect();
        return (ulong?)connection.ExecuteScalar<long?>(
            "SELECT min(post_before) FROM jobs WHERE state = 'answered' AND batch_index IS NOT NULL AND 'post:' || batch_index = @purpose", new { purpose });
    }

    /// <summary>Hashes of everything that was ever signed for a purpose, newest first.</summary>
    public IReadOnlyList<Bytes32> HashesOf(string purpose)
    {
        using SqliteConnection connection = database.Connect();
        return [.. connection.Query<byte[]>("SELECT hash FROM outbox WHERE purpose = @purpose ORDER BY id DESC", new { purpose })
            .Select(h => new Bytes32(h))];
    }

    /// <summary>
    /// Records that what was mined for a purpose is off the chain for good: a reorganisation dropped it and its nonce has been used.
    /// </summary>
    /// <param name="nextNonce">The account's next nonce on the chain.</param>
    public void Retire(string purpose, ulong nextNonce)
    {
        using SqliteConnection connection = database.Connect();
        connection.Execute(
            "UPDATE outbox SET state = 'replaced' WHERE purpose = @purpose AND state = 'mined' AND nonce < @next",
            new { purpose, next = (long)nextNonce });
    }

    /// <summary>Records how sending ended, if it did.</summary>
    public void Record(TransactionOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        string? others = outcome.Status switch
        {
            TransactionStatus.Succeeded or TransactionStatus.Reverted or TransactionStatus.NonceConsumed => "replaced",
            TransactionStatus.Rejected => "abandoned",
            _ => null,
        };
        if (others is null || outcome.Versions.Count == 0)
            return;
        database.InTransaction((connection, transaction) =>
        {
            foreach (SignedTransaction version in outcome.Versions)
            {
                string state = version.Hash == outcome.Receipt?.TransactionHash ? "mined" : others;
                connection.Execute("UPDATE outbox SET state = @state WHERE hash = @hash", new { state, hash = version.Hash.ToArray() }, transaction);
            }
        });
    }
}
