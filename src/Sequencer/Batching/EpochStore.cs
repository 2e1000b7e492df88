using System.Collections.Immutable;
using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.Sequencer.Batching;

/// <summary>Sealed epochs whose quotes were verified, and which ones unposted receipts still lack.</summary>
internal sealed class EpochStore(SqliteDatabase database)
{
    /// <summary>Epochs of unposted answers that no stored quote covers, ascending.</summary>
    public IReadOnlyList<EpochKey> Missing()
    {
        using SqliteConnection connection = database.Connect();
        var rows = connection.Query<(long Slot, byte[] Operator, long Epoch)>(
            """
            SELECT DISTINCT s.slot_id, s.operator, s.epoch FROM job_shards s JOIN jobs j ON j.job_id = s.job_id
            WHERE j.batch_index IS NULL AND j.state = 'answered' AND NOT EXISTS (
                SELECT 1 FROM epochs e WHERE e.slot_id = s.slot_id AND e.operator = s.operator AND e.epoch = s.epoch)
            ORDER BY s.epoch
            """);
        return [.. rows.Select(r => new EpochKey((uint)r.Slot, new Address(r.Operator), (ulong)r.Epoch))];
    }

    /// <summary>Stores a verified epoch; one that is there stays as it is.</summary>
    /// <param name="collateral">Hash of the collateral that the quote was accepted by.</param>
    /// <param name="verifiedAt">When it was.</param>
    public bool Save(QuoteItem quote, IReadOnlyCollection<Bytes32> digests, string teeType, Bytes32 collateral, DateTimeOffset verifiedAt)
    {
        using SqliteConnection connection = database.Connect();
        return connection.Execute(
            """
            INSERT OR IGNORE INTO epochs (slot_id, operator, epoch, record, quote, digests, tee_type, collateral, verified_at)
            VALUES (@slot, @operator, @epoch, @record, @quote, @digests, @teeType, @collateral, @verifiedAt)
            """,
            new
            {
                slot = (long)quote.Record.Slot,
                @operator = quote.Record.Operator.ToArray(),
                epoch = (long)quote.Record.Epoch,
                record = quote.Record.Encode(),
                quote = quote.Quote.ToArray(),
                digests = digests.SelectMany(d => d.ToArray()).ToArray(),
                teeType,
                collateral = collateral.ToArray(),
                verifiedAt = verifiedAt.ToUnixTimeSeconds(),
            }) == 1;
    }

    /// <summary>A stored epoch, or null.</summary>
    public StoredEpoch? Find(EpochKey key)
    {
        using SqliteConnection connection = database.Connect();
        var rows = connection.Query<(byte[] Record, byte[] Quote, byte[] Digests, string TeeType, byte[]? Collateral, long? VerifiedAt)>(
            "SELECT record, quote, digests, tee_type, collateral, verified_at FROM epochs WHERE slot_id = @slot AND operator = @operator AND epoch = @epoch",
            new { slot = (long)key.Slot, @operator = key.Operator.ToArray(), epoch = (long)key.Epoch }).ToArray();
        if (rows.Length == 0)
            return null;
        (byte[] record, byte[] quote, byte[] digests, string teeType, byte[]? collateral, long? verifiedAt) = rows[0];
        ImmutableArray<Bytes32> leaves = [.. digests.Chunk(Bytes32.Size).Select(d => new Bytes32(d))];
        return new StoredEpoch(
            new QuoteItem(JobRows.Decode<QuoteRecord>(record), quote), new ExecutionTree(leaves), teeType,
            collateral is null ? null : new Bytes32(collateral), (ulong?)verifiedAt);
    }
}
