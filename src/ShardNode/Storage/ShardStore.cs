using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.ShardNode.Storage;

/// <summary>Receipts, evidence and finished results on disk. What a method returned from survives SIGKILL. Thread-safe.</summary>
internal sealed class ShardStore : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly FolderLock _lock;
    private long _evidenceBytes;

    private ShardStore(SqliteDatabase database, FolderLock held)
    {
        (_database, _lock) = (database, held);
        Epochs = new EpochTable(database);
        _evidenceBytes = SumEvidence();
    }

    /// <summary>Epochs and their quotes.</summary>
    public EpochTable Epochs { get; }

    /// <summary>Bytes of evidence and finished results kept.</summary>
    public long EvidenceBytes => Interlocked.Read(ref _evidenceBytes);

    /// <summary>Opens the store of one shard, for this process alone: two that seal one set of epochs would make two quotes for one.</summary>
    /// <param name="identity">What the state belongs to: chain, contract, slot, model.</param>
    /// <exception cref="FailureException"><c>state_in_use</c>, <c>state_of_another_shard</c>, or what SqliteDatabase throws.</exception>
    public static ShardStore Open(string folder, string identity)
    {
        string path = Path.Combine(folder, "shard.db");
        FolderLock held = FolderLock.Take(folder);
        try
        {
            ShardStore store = new(SqliteDatabase.Open(path, Schema.Migrations), held);
            string known = store.GetOrAddMeta("identity", identity);
            return known == identity
                ? store
                : throw new FailureException(ExitCode.Configuration, "state_of_another_shard",
                    $"{path} belongs to {known}; this shard is {identity}. Give each shard its own state folder.");
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Lets the folder go.</summary>
    public void Dispose() => _lock.Dispose();

    /// <summary>A remembered value, or null.</summary>
    public string? FindMeta(string name)
    {
        using SqliteConnection connection = _database.Connect();
        return connection.ExecuteScalar<string?>("SELECT value FROM meta WHERE name = @name", new { name });
    }

    public string GetOrAddMeta(string name, string value) => _database.InTransaction((connection, transaction) =>
    {
        connection.Execute("INSERT OR IGNORE INTO meta (name, value) VALUES (@name, @value)", new { name, value }, transaction);
        return connection.ExecuteScalar<string>("SELECT value FROM meta WHERE name = @name", new { name }, transaction)!;
    });

    /// <summary>
    /// Adds the receipt that <paramref name="make"/> gives for its epoch, with the evidence, in one transaction with the choice of the
    /// epoch: the clock's, or the first one still open if that is later. A receipt of equal content that is already there is given back.
    /// </summary>
    public Signed<ShardReceipt> AddReceipt(
        ShardReceipt draft, ulong clockEpoch, Func<ShardReceipt, (Bytes32 Digest, Signature Signature)> sign, byte[] leaves, byte[] openings,
        JobEvidence evidence) =>
        _database.InTransaction((connection, transaction) =>
        {
            if (FindEqual(connection, transaction, draft) is { } known)
                return known;
            long closed = EpochTable.ClosedEpoch(connection, transaction);
            ShardReceipt receipt = draft with { Epoch = (ulong)Math.Max((long)clockEpoch, closed + 1) };
            (Bytes32 digest, Signature signature) = sign(receipt);
            Insert(connection, transaction, receipt, digest, signature, leaves, openings);
            InsertEvidence(connection, transaction, receipt, leaves.Length + openings.Length, evidence);
            return new Signed<ShardReceipt>(receipt, signature);
        });

    /// <summary>The newest receipt of each job that has one.</summary>
    public IReadOnlyList<StoredReceiptRow> FindReceipts(IReadOnlyList<Bytes32> jobIds)
    {
        using SqliteConnection connection = _database.Connect();
        List<StoredReceiptRow> found = [];
        foreach (Bytes32 jobId in jobIds)
        {
            var row = connection.QueryFirstOrDefault<(byte[] Message, byte[] Signature, byte[] Leaves, byte[]? Openings, long Sealed)?>(
                """
                SELECT message, signature, leaves, openings, EXISTS (SELECT 1 FROM epochs e WHERE e.epoch = r.epoch)
                FROM receipts r WHERE job_id = @id ORDER BY rowid DESC LIMIT 1
                """, new { id = jobId.ToArray() });
            if (row is { } hit)
                found.Add(new StoredReceiptRow(Read(hit.Message, hit.Signature), hit.Leaves, hit.Openings ?? [], hit.Sealed != 0));
        }
        return found;
    }

    /// <summary>
    /// Whether a receipt of the job with other content is kept. A job has one file of inputs and one row of evidence, so a shard signs one content of it:
    /// who could have a job run to two ends would otherwise overwrite what defends the first.
    /// </summary>
    public bool HasOtherReceipt(Bytes32 jobId, Bytes32 tokensRoot, Bytes32 traceRoot)
    {
        using SqliteConnection connection = _database.Connect();
        return connection.ExecuteScalar<long>(
            "SELECT EXISTS (SELECT 1 FROM receipts WHERE job_id = @job AND (tokens_root <> @tokens OR trace_root <> @trace))",
            new { job = jobId.ToArray(), tokens = tokensRoot.ToArray(), trace = traceRoot.ToArray() }) != 0;
    }

    /// <summary>What defends the receipt with these roots, or null where it is not kept.</summary>
    public KeptEvidence? FindEvidence(Bytes32 traceRoot, Bytes32 tokensRoot)
    {
        using SqliteConnection connection = _database.Connect();
        var row = connection.QueryFirstOrDefault<(byte[] JobId, byte[] Request, byte[] Tokens, byte[] Leaves)?>(
            """
            SELECT r.job_id, v.request, v.tokens, r.leaves FROM receipts r JOIN evidence v ON v.job_id = r.job_id
            WHERE r.trace_root = @trace AND r.tokens_root = @tokens ORDER BY r.rowid DESC LIMIT 1
            """, new { trace = traceRoot.ToArray(), tokens = tokensRoot.ToArray() });
        return row is { } hit ? new KeptEvidence(new Bytes32(hit.JobId), ReadRequest(hit.Request), hit.Tokens, hit.Leaves) : null;
    }

    public StoredResult? FindResult(Bytes32 jobId)
    {
        using SqliteConnection connection = _database.Connect();
        var row = connection.QueryFirstOrDefault<(byte[] Finished, byte[] Outputs, long Size)?>(
            "SELECT finished, outputs, record_size FROM results WHERE job_id = @id", new { id = jobId.ToArray() });
        return row is { } hit ? new StoredResult(hit.Finished, hit.Outputs, (int)hit.Size) : null;
    }

    public void AddResult(Bytes32 jobId, StoredResult result, ulong postBefore)
    {
        using SqliteConnection connection = _database.Connect();
        connection.Execute(
            "INSERT OR REPLACE INTO results (job_id, finished, outputs, record_size, post_before) VALUES (@id, @Finished, @Outputs, @RecordSize, @postBefore)",
            new { id = jobId.ToArray(), result.Finished, result.Outputs, result.RecordSize, postBefore = (long)postBefore });
        Interlocked.Add(ref _evidenceBytes, result.Finished.Length + result.Outputs.Length);
    }

    /// <summary>Forgets jobs whose receipts were to be posted before <paramref name="before"/> and whose epoch is sealed.</summary>
    /// <param name="before">Unix seconds.</param>
    /// <param name="disputed">Trace roots of receipts in dispute: their jobs stay.</param>
    /// <returns>The ids forgotten.</returns>
    public IReadOnlyList<Bytes32> Prune(ulong before, IReadOnlyCollection<Bytes32> disputed)
    {
        IReadOnlyList<byte[]> ids = _database.InTransaction((connection, transaction) =>
        {
            byte[][] old = [.. connection.Query<byte[]>(
                """
                SELECT job_id FROM evidence v WHERE post_before < @before AND NOT EXISTS (
                    SELECT 1 FROM receipts r WHERE r.job_id = v.job_id
                    AND (r.post_before >= @before OR r.trace_root IN @disputed OR NOT EXISTS (SELECT 1 FROM epochs e WHERE e.epoch = r.epoch)))
                """, new { before = (long)before, disputed = disputed.Select(root => root.ToArray()).ToArray() }, transaction)];
            foreach (byte[] id in old)
            {
                connection.Execute("DELETE FROM evidence WHERE job_id = @id; DELETE FROM receipts WHERE job_id = @id;", new { id }, transaction);
            }
            connection.Execute("DELETE FROM results WHERE post_before < @before", new { before = (long)before }, transaction);
            return (IReadOnlyList<byte[]>)old;
        });
        Interlocked.Exchange(ref _evidenceBytes, SumEvidence());
        return [.. ids.Select(id => new Bytes32(id))];
    }

    private static Signed<ShardReceipt>? FindEqual(SqliteConnection connection, SqliteTransaction transaction, ShardReceipt draft)
    {
        var row = connection.QueryFirstOrDefault<(byte[] Message, byte[] Signature)?>(
            """
            SELECT message, signature FROM receipts WHERE job_id = @job AND positions = @positions AND tokens_root = @tokens
            AND trace_root = @trace AND post_before = @postBefore
            """,
            new
            {
                job = draft.JobId.ToArray(),
                positions = (long)draft.Positions,
                tokens = draft.TokensRoot.ToArray(),
                trace = draft.TraceRoot.ToArray(),
                postBefore = (long)draft.PostBefore,
            }, transaction);
        return row is { } hit ? Read(hit.Message, hit.Signature) : null;
    }

    private static Signed<ShardReceipt> Read(byte[] message, byte[] signature) => MessageCodec.TryDecode(message, out ShardReceipt? receipt)
        ? new Signed<ShardReceipt>(receipt, new Signature(signature))
        : throw new FailureException(ExitCode.Configuration, "database_unusable", "A stored receipt does not decode.");

    private static Signed<JobRequest> ReadRequest(byte[] encoded) => Signed<JobRequest>.TryDecode(encoded, out Signed<JobRequest>? request)
        ? request
        : throw new FailureException(ExitCode.Configuration, "database_unusable", "A stored request does not decode.");

    private static void Insert(
        SqliteConnection connection, SqliteTransaction transaction, ShardReceipt receipt, Bytes32 digest, Signature signature, byte[] leaves,
        byte[] openings) =>
        connection.Execute(
            """
            INSERT INTO receipts (digest, job_id, epoch, message, signature, positions, tokens_root, trace_root, post_before, leaves, openings)
            VALUES (@digest, @job, @epoch, @message, @signature, @positions, @tokens, @trace, @postBefore, @leaves, @openings)
            """,
            new
            {
                digest = digest.ToArray(),
                job = receipt.JobId.ToArray(),
                epoch = (long)receipt.Epoch,
                message = receipt.Encode(),
                signature = signature.ToArray(),
                positions = (long)receipt.Positions,
                tokens = receipt.TokensRoot.ToArray(),
                trace = receipt.TraceRoot.ToArray(),
                postBefore = (long)receipt.PostBefore,
                leaves,
                openings,
            }, transaction);

    private void InsertEvidence(
        SqliteConnection connection, SqliteTransaction transaction, ShardReceipt receipt, int leafBytes, JobEvidence evidence)
    {
        byte[] request = evidence.Request.Encode();
        long bytes = request.Length + evidence.Tokens.Length + leafBytes + evidence.InputBytes;
        connection.Execute(
            """
            INSERT OR REPLACE INTO evidence (job_id, request, tokens, cancel, post_before, bytes)
            VALUES (@job, @request, @tokens, @cancel, @postBefore, @bytes)
            """,
            new
            {
                job = receipt.JobId.ToArray(),
                request,
                tokens = evidence.Tokens,
                cancel = evidence.Cancel?.Encode(),
                postBefore = (long)receipt.PostBefore,
                bytes,
            }, transaction);
        Interlocked.Add(ref _evidenceBytes, bytes);
    }

    private long SumEvidence()
    {
        using SqliteConnection connection = _database.Connect();
        return connection.ExecuteScalar<long>(
            """
            SELECT (SELECT COALESCE(SUM(bytes), 0) FROM evidence) + (SELECT COALESCE(SUM(length(finished) + length(outputs)), 0) FROM results)
            """);
    }
}
