using System.Collections.Immutable;
using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Batching;

/// <summary>Batches and their data. Each change of a batch is one transaction with all that it changes.</summary>
internal sealed class BatchStore(SqliteDatabase database)
{
    /// <summary>Stores a new batch, its data, the accounts after it and the place of its jobs; all or nothing.</summary>
    /// <exception cref="InvalidOperationException">It does not follow the newest batch, or a job is in a batch already.</exception>
    public void Save(BuiltBatch built, ulong now) => database.InTransaction((connection, transaction) =>
    {
        RequireNext(connection, transaction, built);
        connection.Execute(
            """
            INSERT INTO batches (batch_index, parent_hash, hash, header, status, built_at, accounts_after)
            VALUES (@index, @parent, @hash, @header, 'built', @now, @accounts)
            """,
            new
            {
                index = (long)built.Index,
                parent = built.ParentHash.ToArray(),
                hash = built.Hash.ToArray(),
                header = built.Batch.Header.Encode(),
                now = (long)now,
                accounts = JobRows.Encode(built.Changed),
            },
            transaction);
        SaveChunks(connection, transaction, built.Index, built.Batch.Chunks);
        SaveAccounts(connection, transaction, built.Changed);
        for (int leaf = 0; leaf < built.Jobs.Length; leaf++)
            Place(connection, transaction, built.Jobs[leaf], built.Index, leaf);
    });

    /// <summary>Takes back the newest batch, which was never signed for: its jobs are unposted again.</summary>
    /// <exception cref="InvalidOperationException">It is not the newest, not merely built, or a transaction for it exists.</exception>
    public void Discard(ulong index) => database.InTransaction((connection, transaction) =>
    {
        bool allowed = connection.ExecuteScalar<long>(
            """
            SELECT count(*) FROM batches WHERE batch_index = @index AND status = 'built' AND batch_index = (SELECT max(batch_index) FROM batches)
                AND NOT EXISTS (SELECT 1 FROM outbox WHERE purpose = @purpose AND state <> 'abandoned')
            """,
            new { index = (long)index, purpose = Purposes.Post(index) }, transaction) == 1;
        if (!allowed)
            throw new InvalidOperationException($"Batch {index} cannot be taken back.");
        Remove(connection, transaction, (long)index);
    });

    /// <summary>
    /// Takes back a built batch that follows one that was rolled back. Whatever was signed to post it has ended: the contract refuses its parent.
    /// </summary>
    /// <returns>False, and nothing changed, while a transaction that posts it has no known end.</returns>
    public bool Abandon(ulong index) => database.InTransaction((connection, transaction) =>
    {
        string purpose = Purposes.Post(index);
        if (connection.ExecuteScalar<long>("SELECT count(*) FROM outbox WHERE purpose = @purpose AND state = 'signed'", new { purpose }, transaction) > 0)
            return false;
        // The index will be used again, and what was signed then must not count for the new batch.
        connection.Execute("UPDATE outbox SET state = 'abandoned' WHERE purpose = @purpose", new { purpose }, transaction);
        Remove(connection, transaction, (long)index);
        return true;
    });

    /// <summary>
    /// Records that batches were rolled back: the state is that of the newest one that stands, and their jobs are unposted again, but for those whose
    /// leaves were convicted. These are void, and stay where they are: they are never posted again.
    /// </summary>
    /// <param name="indices">The batches.</param>
    /// <param name="convicted">Leaves that were proved wrong, by batch hash.</param>
    /// <returns>How many jobs are unposted again.</returns>
    public int RollBack(IReadOnlyList<ulong> indices, IReadOnlyCollection<(Bytes32 Batch, uint Leaf)> convicted) =>
        database.InTransaction((connection, transaction) =>
        {
            long[] rows = [.. indices.Select(index => (long)index)];
            connection.Execute("UPDATE batches SET status = 'rolledBack' WHERE batch_index IN @rows", new { rows }, transaction);
            HashSet<byte[]> kept = [];
            foreach ((Bytes32 batch, uint leaf) in convicted)
            {
                byte[]? job = connection.QuerySingleOrDefault<byte[]>(
                    """
                    SELECT j.job_id FROM jobs j JOIN batches b ON b.batch_index = j.batch_index
                    WHERE b.hash = @hash AND j.leaf = @leaf AND j.batch_index IN @rows
                    """, new { hash = batch.ToArray(), leaf = (long)leaf, rows }, transaction);
                if (job is null)
                    continue;
                CandidateStore.Void(connection, transaction, job, "its leaf was proved wrong and rolled back");
                kept.Add(job);
            }
            int freed = connection.Execute(
                "UPDATE jobs SET batch_index = NULL, leaf = NULL WHERE batch_index IN @rows AND job_id NOT IN @kept", new { rows, kept = kept.ToArray() }, transaction);
            RestoreAccounts(connection, transaction);
            return freed;
        });

    /// <summary>The index that the next batch gets: indices are never used twice on the chain.</summary>
    public ulong NextIndex()
    {
        using SqliteConnection connection = database.Connect();
        return (ulong)connection.ExecuteScalar<long>("SELECT coalesce(max(batch_index), 0) + 1 FROM batches");
    }

    private static void Remove(SqliteConnection connection, SqliteTransaction transaction, long index)
    {
        connection.Execute("UPDATE jobs SET batch_index = NULL, leaf = NULL WHERE batch_index = @index", new { index }, transaction);
        connection.Execute("DELETE FROM batch_chunks WHERE batch_index = @index", new { index }, transaction);
        connection.Execute("DELETE FROM batches WHERE batch_index = @index", new { index }, transaction);
        RestoreAccounts(connection, transaction);
    }

    private static void RestoreAccounts(SqliteConnection connection, SqliteTransaction transaction)
    {
        connection.Execute("DELETE FROM accounts", transaction: transaction);
        foreach (byte[] accounts in AccountsAfter(connection, transaction, 0, long.MaxValue))
            SaveAccounts(connection, transaction, JobRows.DecodeAccounts(accounts));
    }

    /// <summary>Index and hash of the newest batch that stands; (0, zero) before the first.</summary>
    public (ulong Index, Bytes32 Hash) Newest()
    {
        using SqliteConnection connection = database.Connect();
        return Newest(connection, null);
    }

    /// <summary>A batch, or null.</summary>
    public StoredBatch? Find(ulong index) => Query("WHERE batch_index = @index", new { index = (long)index }).FirstOrDefault();

    /// <summary>A batch by its hash, or null.</summary>
    public StoredBatch? Find(Bytes32 hash) => Query("WHERE hash = @hash", new { hash = hash.ToArray() }).FirstOrDefault();

    /// <summary>Batches from an index on, ascending.</summary>
    public IReadOnlyList<StoredBatch> List(ulong from, int limit) =>
        Query("WHERE batch_index >= @from ORDER BY batch_index LIMIT @limit", new { from = (long)Math.Min(from, long.MaxValue), limit });

    /// <summary>
    /// Batches that a comparison with the chain can change, ascending: the newest final one, the first and the last few after it, and
    /// what is not posted. Between them nothing changes without a change of the last ones, because each names its parent.
    /// </summary>
    /// <param name="few">How many first and last ones; all with <see cref="int.MaxValue"/>.</param>
    public IReadOnlyList<LocalBatch> Open(int few = 4)
    {
        using SqliteConnection connection = database.Connect();
        var rows = connection.Query<(long Index, byte[] Hash, byte[] Parent, string Status, long? PostedAt, long? PostBefore, long Signed, long BuiltAt, long Orphan)>(
            """
            SELECT b.batch_index, b.hash, b.parent_hash, b.status, b.posted_at,
                (SELECT min(j.post_before) FROM jobs j WHERE j.batch_index = b.batch_index AND j.state = 'answered'),
                EXISTS (SELECT 1 FROM outbox o WHERE o.purpose = 'post:' || b.batch_index AND o.state <> 'abandoned'), b.built_at,
                EXISTS (SELECT 1 FROM batches p WHERE p.hash = b.parent_hash AND p.status = 'rolledBack')
            FROM batches b
            WHERE b.batch_index >= coalesce((SELECT max(batch_index) FROM batches WHERE status = 'final'), 0) AND b.status <> 'rolledBack'
                AND (b.status = 'built' OR b.batch_index > (SELECT max(batch_index) FROM batches) - @few
                    OR b.batch_index <= coalesce((SELECT max(batch_index) FROM batches WHERE status = 'final'), 0) + @few)
            ORDER BY b.batch_index
            """,
            new { few = (long)few });
        return [.. rows.Select(r => new LocalBatch(
            (ulong)r.Index, new Bytes32(r.Hash), new Bytes32(r.Parent), StoredBatch.StatusOf(r.Status), (ulong?)r.PostedAt,
            (ulong?)r.PostBefore ?? ulong.MaxValue, r.Signed != 0) { BuiltAt = (ulong)r.BuiltAt, IsOrphan = r.Orphan != 0 })];
    }

    /// <summary>Records where a batch stands on the chain.</summary>
    public void SetStatus(ulong index, LocalStatus status, ulong? postedAt, Bytes32? transactionHash)
    {
        using SqliteConnection connection = database.Connect();
        connection.Execute(
            """
            UPDATE batches SET status = @status, posted_at = @postedAt, transaction_hash = coalesce(@hash, transaction_hash) WHERE batch_index = @index
            """,
            new { index = (long)index, status = StoredBatch.NameOf(status), postedAt = (long?)postedAt, hash = transactionHash?.ToArray() });
    }

    /// <summary>The chunk records of a batch in order.</summary>
    public DataManifest Manifest(ulong index)
    {
        using SqliteConnection connection = database.Connect();
        var rows = connection.Query<(long Leaf, long Kind, long Part, long Number, long ItemLength, byte[] Hash)>(
            "SELECT leaf, kind, part, number, item_length, hash FROM batch_chunks WHERE batch_index = @index ORDER BY position",
            new { index = (long)index });
        return new DataManifest([.. rows.Select(r => new ChunkRecord(
            new ItemKey((uint)r.Leaf, (DataKind)r.Kind, (ushort)r.Part), (uint)r.Number, (uint)r.ItemLength, new Bytes32(r.Hash)))]);
    }

    /// <summary>The bytes with this keccak256, or null.</summary>
    public byte[]? Chunk(Bytes32 hash)
    {
        using SqliteConnection connection = database.Connect();
        return connection.QuerySingleOrDefault<byte[]>("SELECT bytes FROM chunks WHERE hash = @hash", new { hash = hash.ToArray() });
    }

    /// <summary>Items of one kind, put together from their chunks, by (leaf, part) ascending.</summary>
    /// <param name="leaf">Of one leaf only, or null for all.</param>
    public IReadOnlyList<byte[]> Items(ulong index, DataKind kind, uint? leaf)
    {
        using SqliteConnection connection = database.Connect();
        var rows = connection.Query<(long Leaf, long Part, byte[] Bytes)>(
            """
            SELECT b.leaf, b.part, c.bytes FROM batch_chunks b JOIN chunks c ON c.hash = b.hash
            WHERE b.batch_index = @index AND b.kind = @kind AND (@leaf IS NULL OR b.leaf = @leaf) ORDER BY b.position
            """,
            new { index = (long)index, kind = (long)kind, leaf = (long?)leaf });
        return [.. rows.GroupBy(r => (r.Leaf, r.Part)).Select(g => g.SelectMany(r => r.Bytes).ToArray())];
    }

    /// <summary>Accounts after the newest batch.</summary>
    public IReadOnlyList<Account> Accounts()
    {
        using SqliteConnection connection = database.Connect();
        return [.. connection.Query<byte[]>("SELECT account FROM accounts").Select(JobRows.Decode<Account>)];
    }

    /// <summary>The accounts that each batch with an index in (after, upTo] changed, in order.</summary>
    public IReadOnlyList<Account> Changes(ulong after, ulong upTo)
    {
        using SqliteConnection connection = database.Connect();
        return [.. AccountsAfter(connection, null, (long)after, (long)upTo).SelectMany(JobRows.DecodeAccounts)];
    }

    private IReadOnlyList<StoredBatch> Query(string condition, object parameters)
    {
        using SqliteConnection connection = database.Connect();
        return [.. connection.Query<(long Index, byte[] Parent, byte[] Hash, byte[] Header, string Status, long? PostedAt, byte[]? Transaction)>(
            "SELECT batch_index, parent_hash, hash, header, status, posted_at, transaction_hash FROM batches " + condition, parameters)
            .Select(r => new StoredBatch(
                (ulong)r.Index, new Bytes32(r.Parent), new Bytes32(r.Hash), JobRows.Decode<BatchHeader>(r.Header), StoredBatch.StatusOf(r.Status),
                (ulong?)r.PostedAt, r.Transaction is null ? null : new Bytes32(r.Transaction)))];
    }

    private static IEnumerable<byte[]> AccountsAfter(SqliteConnection connection, SqliteTransaction? transaction, long after, long upTo) =>
        connection.Query<byte[]>(
            "SELECT accounts_after FROM batches WHERE batch_index > @after AND batch_index <= @upTo AND status <> 'rolledBack' ORDER BY batch_index",
            new { after, upTo }, transaction);

    private static (ulong Index, Bytes32 Hash) Newest(SqliteConnection connection, SqliteTransaction? transaction)
    {
        var rows = connection.Query<(long Index, byte[] Hash)>(
            "SELECT batch_index, hash FROM batches WHERE status <> 'rolledBack' ORDER BY batch_index DESC LIMIT 1", transaction: transaction).ToArray();
        return rows.Length == 0 ? (0, Bytes32.Zero) : ((ulong)rows[0].Index, new Bytes32(rows[0].Hash));
    }

    private static void RequireNext(SqliteConnection connection, SqliteTransaction transaction, BuiltBatch built)
    {
        (ulong index, Bytes32 hash) = Newest(connection, transaction);
        if (built.Index <= index || built.ParentHash != hash)
            throw new InvalidOperationException($"Batch {built.Index} on {built.ParentHash} does not follow batch {index} ({hash}).");
    }

    private static void SaveChunks(SqliteConnection connection, SqliteTransaction transaction, ulong index, ImmutableArray<DataChunk> chunks)
    {
        for (int i = 0; i < chunks.Length; i++)
        {
            ChunkRecord record = chunks[i].Record;
            byte[] hash = record.Hash.ToArray();
            connection.Execute("INSERT OR IGNORE INTO chunks (hash, bytes) VALUES (@hash, @bytes)", new { hash, bytes = chunks[i].Bytes.ToArray() }, transaction);
            connection.Execute(
                """
                INSERT INTO batch_chunks (batch_index, position, leaf, kind, part, number, item_length, hash)
                VALUES (@index, @position, @leaf, @kind, @part, @number, @itemLength, @hash)
                """,
                new
                {
                    index = (long)index,
                    position = i,
                    leaf = (long)record.Item.Leaf,
                    kind = (long)record.Item.Kind,
                    part = (long)record.Item.Part,
                    number = (long)record.Number,
                    itemLength = (long)record.ItemLength,
                    hash,
                },
                transaction);
        }
    }

    private static void SaveAccounts(SqliteConnection connection, SqliteTransaction transaction, IEnumerable<Account> accounts)
    {
        foreach (Account account in accounts)
        {
            connection.Execute(
                "INSERT INTO accounts (owner, account) VALUES (@owner, @account) ON CONFLICT (owner) DO UPDATE SET account = @account",
                new { owner = account.Owner.ToArray(), account = account.Encode() }, transaction);
        }
    }

    private static void Place(SqliteConnection connection, SqliteTransaction transaction, Bytes32 jobId, ulong index, int leaf)
    {
        int changed = connection.Execute(
            "UPDATE jobs SET batch_index = @index, leaf = @leaf WHERE job_id = @id AND batch_index IS NULL AND state <> 'running'",
            new { id = jobId.ToArray(), index = (long)index, leaf }, transaction);
        if (changed != 1)
            throw new InvalidOperationException($"Job {jobId} is in a batch already or still running.");
    }
}
