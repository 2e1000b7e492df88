namespace TeeTee.ShardNode.Storage;

/// <summary>The shard's tables. A released script is never edited; a change is a new one at the end.</summary>
internal static class Schema
{
    /// <summary>Migration scripts in order; see <c>SqliteDatabase.Open</c>.</summary>
    public static IReadOnlyList<string> Migrations { get; } = [Version1, Version2];

    private const string Version1 = """
        CREATE TABLE meta (
            name  TEXT PRIMARY KEY,
            value TEXT NOT NULL
        );
        -- Epochs up to and including this one take no receipt any more.
        INSERT INTO meta (name, value) VALUES ('closed_epoch', '-1');

        CREATE TABLE receipts (
            digest      BLOB PRIMARY KEY,             -- EIP-712 digest
            job_id      BLOB NOT NULL,
            epoch       INTEGER NOT NULL,
            message     BLOB NOT NULL,                -- abi.encode(ShardReceipt)
            signature   BLOB NOT NULL,
            positions   INTEGER NOT NULL,
            tokens_root BLOB NOT NULL,
            trace_root  BLOB NOT NULL,
            post_before INTEGER NOT NULL,
            leaves      BLOB NOT NULL                 -- 32 bytes x positions
        );
        CREATE INDEX receipts_job ON receipts (job_id);
        CREATE INDEX receipts_epoch ON receipts (epoch);

        -- What defends the receipts of a job, beside its file of inputs.
        CREATE TABLE evidence (
            job_id      BLOB PRIMARY KEY,
            request     BLOB NOT NULL,                -- abi.encode(JobRequest, signature)
            tokens      BLOB NOT NULL,                -- ids 0..T, u32 LE
            cancel      BLOB,                         -- abi.encode(CancelJob, signature)
            post_before INTEGER NOT NULL,
            bytes       INTEGER NOT NULL              -- on disk, with leaves and file of inputs
        );

        -- Finished jobs of slot 0, to be replayed.
        CREATE TABLE results (
            job_id      BLOB PRIMARY KEY,
            finished    BLOB NOT NULL,                -- JobFinished
            outputs     BLOB NOT NULL,                -- one record per token, as it was streamed
            record_size INTEGER NOT NULL,
            post_before INTEGER NOT NULL
        );

        CREATE TABLE epochs (
            epoch          INTEGER PRIMARY KEY,
            execution_root BLOB NOT NULL,
            digests        BLOB NOT NULL,             -- ascending, 32 bytes each
            signing_key    BLOB NOT NULL,
            encryption_key BLOB NOT NULL,
            quote          BLOB NOT NULL
        );
        """;

    private const string Version2 = """
        -- What the leaves open to, 96 bytes x positions; null of receipts of before.
        ALTER TABLE receipts ADD COLUMN openings BLOB;
        -- A dispute names a receipt by what it commits to.
        CREATE INDEX receipts_trace ON receipts (trace_root);
        """;
}
