using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;

namespace TeeTee.ShardNode.Storage;

/// <summary>Which epochs are closed, and the quotes of those that are sealed. An epoch is closed before it is quoted, and never opened again.</summary>
internal sealed class EpochTable(SqliteDatabase database)
{
    /// <summary>Closes all epochs up to <paramref name="last"/>: no receipt is added to them from here on.</summary>
    /// <returns>Closed epochs with receipts and without a quote, ascending.</returns>
    public IReadOnlyList<ulong> Close(long last) => database.InTransaction((connection, transaction) =>
    {
        if (last > ClosedEpoch(connection, transaction))
            connection.Execute("UPDATE meta SET value = @value WHERE name = 'closed_epoch'",
                new { value = last.ToString(CultureInfo.InvariantCulture) }, transaction);
        return (IReadOnlyList<ulong>)[.. Unsealed(connection, transaction).Select(epoch => (ulong)epoch)];
    });

    /// <summary>Digests of an epoch's receipts.</summary>
    public IReadOnlyList<Bytes32> DigestsOf(ulong epoch)
    {
        using SqliteConnection connection = database.Connect();
        return [.. connection.Query<byte[]>("SELECT digest FROM receipts WHERE epoch = @epoch", new { epoch = (long)epoch })
            .Select(digest => new Bytes32(digest))];
    }

    /// <summary>Stores a sealed epoch; the first quote of an epoch stands.</summary>
    public void Add(SealedEpoch epoch)
    {
        byte[] digests = [.. epoch.Digests.SelectMany(digest => digest.ToArray())];
        using SqliteConnection connection = database.Connect();
        connection.Execute(
            "INSERT OR IGNORE INTO epochs (epoch, execution_root, digests, signing_key, encryption_key, quote) VALUES (@epoch, @root, @digests, @key, @encryption, @quote)",
            new
            {
                epoch = (long)epoch.Epoch,
                root = epoch.ExecutionRoot.ToArray(),
                digests,
                key = epoch.SigningKey.ToArray(),
                encryption = epoch.EncryptionKey.ToArray(),
                quote = epoch.Quote,
            });
    }

    /// <summary>Sealed epochs from <paramref name="from"/>, ascending, below the first one that waits for its quote.</summary>
    /// <param name="openEpoch">The first epoch that is not sealed yet.</param>
    public IReadOnlyList<SealedEpoch> Find(ulong from, int limit, out ulong openEpoch)
    {
        (IReadOnlyList<SealedEpoch> epochs, openEpoch) = database.InTransaction((connection, transaction) =>
        {
            long open = Unsealed(connection, transaction).Select(epoch => (long?)epoch).FirstOrDefault() ?? ClosedEpoch(connection, transaction) + 1;
            var rows = connection.Query<(long Epoch, byte[] Root, byte[] Digests, byte[] Key, byte[] Encryption, byte[] Quote)>(
                """
                SELECT epoch, execution_root, digests, signing_key, encryption_key, quote FROM epochs
                WHERE epoch >= @from AND epoch < @open ORDER BY epoch LIMIT @limit
                """, new { from = (long)Math.Min(from, long.MaxValue), open, limit }, transaction);
            return ((IReadOnlyList<SealedEpoch>)[.. rows.Select(row => new SealedEpoch((ulong)row.Epoch, new Bytes32(row.Root),
                [.. row.Digests.Chunk(Bytes32.Size).Select(digest => new Bytes32(digest))], new Address(row.Key), new Bytes32(row.Encryption), row.Quote))],
                (ulong)open);
        });
        return epochs;
    }

    /// <summary>The last epoch that takes no receipt any more; -1 before the first.</summary>
    public static long ClosedEpoch(SqliteConnection connection, SqliteTransaction transaction) => long.Parse(
        connection.ExecuteScalar<string>("SELECT value FROM meta WHERE name = 'closed_epoch'", transaction: transaction)!, CultureInfo.InvariantCulture);

    private static IEnumerable<long> Unsealed(SqliteConnection connection, SqliteTransaction transaction) => connection.Query<long>(
        """
        SELECT DISTINCT epoch FROM receipts r WHERE epoch <= @closed
        AND NOT EXISTS (SELECT 1 FROM epochs e WHERE e.epoch = r.epoch) ORDER BY epoch
        """, new { closed = ClosedEpoch(connection, transaction) }, transaction);
}
