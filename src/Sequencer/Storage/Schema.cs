namespace TeeTee.Sequencer.Storage;

/// <summary>The sequencer's tables. A released script is never edited; a change is a new one at the end.</summary>
/// <remarks>
/// Hashes and addresses are BLOBs, wei are decimal TEXT (SQLite has no 128-bit integers), times are Unix seconds.
/// A job's row is written before the first byte goes to a shard, and each later state in one transaction with what it changes,
/// so that a SIGKILL at any moment loses nothing that was accepted and repeats nothing that was charged.
/// </remarks>
internal static class Schema
{
    /// <summary>Migration scripts in order; see <c>SqliteDatabase.Open</c>.</summary>
    public static IReadOnlyList<string> Migrations { get; } = [Version1, Version2, Version3, Version4];

    private const string Version1 = """
        CREATE TABLE jobs (
            job_id        BLOB PRIMARY KEY,
            user          BLOB NOT NULL,
            nonce         INTEGER NOT NULL,
            payment       INTEGER NOT NULL,
            state         TEXT NOT NULL CHECK (state IN ('running', 'answered', 'void')),
            request       BLOB NOT NULL,              -- abi.encode(JobRequest)
            signature     BLOB NOT NULL,
            input_kind    INTEGER NOT NULL,           -- 0 tokens (u32 LE), 1 sealed
            input         BLOB NOT NULL,
            hold          TEXT NOT NULL,              -- wei held while running, '0' afterwards
            accepted_at   INTEGER NOT NULL,
            post_before   INTEGER NOT NULL,
            attempts      INTEGER NOT NULL DEFAULT 0,
            finish        INTEGER,                    -- 1 stop, 2 length, 3 cancelled, 4 void
            output_tokens INTEGER,
            tokens_root   BLOB,
            tokens        BLOB,                       -- ids 0..T u32 LE, or the ciphertext
            fee           TEXT,
            cancel        BLOB,                       -- abi.encode(CancelJob)
            cancel_signature BLOB,
            answer_signature BLOB,
            answered_at   INTEGER,
            void_reason   TEXT,
            batch_index   INTEGER,
            leaf          INTEGER,
            UNIQUE (user, nonce)
        );
        CREATE INDEX jobs_open ON jobs (state, batch_index);

        -- What each slot of the pipeline committed to, in layer order.
        CREATE TABLE job_shards (
            job_id     BLOB NOT NULL REFERENCES jobs (job_id),
            ordinal    INTEGER NOT NULL,
            slot_id    INTEGER NOT NULL,
            operator   BLOB NOT NULL,
            epoch      INTEGER NOT NULL,
            digest     BLOB NOT NULL,                 -- EIP-712 digest of the receipt
            receipt    BLOB NOT NULL,                 -- abi.encode(ShardReceipt)
            signature  BLOB NOT NULL,
            leaves     BLOB NOT NULL,                 -- 32 bytes x T
            PRIMARY KEY (job_id, ordinal)
        );
        CREATE INDEX job_shards_epoch ON job_shards (slot_id, operator, epoch);

        -- Sealed epochs whose quotes this sequencer has verified.
        CREATE TABLE epochs (
            slot_id    INTEGER NOT NULL,
            operator   BLOB NOT NULL,
            epoch      INTEGER NOT NULL,
            record     BLOB NOT NULL,                 -- abi.encode(QuoteRecord)
            quote      BLOB NOT NULL,
            digests    BLOB NOT NULL,                 -- 32 bytes each, ascending
            tee_type   TEXT NOT NULL,
            PRIMARY KEY (slot_id, operator, epoch)
        );

        -- Live counters per user and payment source; the money rules are checked against them in the accepting transaction.
        CREATE TABLE user_totals (
            user    BLOB NOT NULL,
            payment INTEGER NOT NULL,
            nonce   INTEGER NOT NULL DEFAULT 0,       -- highest accepted (kept on payment 0 rows)
            charged TEXT NOT NULL DEFAULT '0',        -- fees of answered jobs, posted or not
            held    TEXT NOT NULL DEFAULT '0',
            PRIMARY KEY (user, payment)
        );

        -- Account tree after the newest built batch, and after the newest final one.
        CREATE TABLE accounts (
            owner          BLOB PRIMARY KEY,
            account        BLOB NOT NULL              -- abi.encode(Account)
        );

        CREATE TABLE batches (
            batch_index INTEGER PRIMARY KEY,
            parent_hash BLOB NOT NULL,
            hash        BLOB NOT NULL UNIQUE,
            header      BLOB NOT NULL,                -- abi.encode(BatchHeader)
            status      TEXT NOT NULL CHECK (status IN ('built', 'posted', 'final', 'rolledBack')),
            built_at    INTEGER NOT NULL,
            posted_at   INTEGER,                      -- the chain's clock
            transaction_hash BLOB,
            accounts_after BLOB NOT NULL              -- changed accounts, abi.encode(Account[])
        );

        -- Content-addressed batch data.
        CREATE TABLE chunks (hash BLOB PRIMARY KEY, bytes BLOB NOT NULL);
        CREATE TABLE batch_chunks (
            batch_index INTEGER NOT NULL REFERENCES batches (batch_index),
            position    INTEGER NOT NULL,
            leaf        INTEGER NOT NULL,
            kind        INTEGER NOT NULL,
            part        INTEGER NOT NULL,
            number      INTEGER NOT NULL,
            item_length INTEGER NOT NULL,
            hash        BLOB NOT NULL REFERENCES chunks (hash),
            PRIMARY KEY (batch_index, position)
        );

        -- Signed transactions are stored before they are sent; a restart resumes exactly these bytes.
        CREATE TABLE outbox (
            id          INTEGER PRIMARY KEY,
            purpose     TEXT NOT NULL,                -- 'post:<index>', 'finalize:<index>', 'claim:<address>'
            nonce       INTEGER NOT NULL,
            raw         BLOB NOT NULL,
            hash        BLOB NOT NULL,
            state       TEXT NOT NULL CHECK (state IN ('signed', 'mined', 'replaced', 'abandoned')),
            created_at  INTEGER NOT NULL
        );
        CREATE INDEX outbox_open ON outbox (state);
        """;

    // What the loops ask several times a second must not read every job, and its tokens, that there ever was.
    private const string Version2 = """
        CREATE INDEX jobs_batch ON jobs (batch_index, state, answered_at, post_before);
        CREATE INDEX batches_status ON batches (status);
        CREATE INDEX outbox_purpose ON outbox (purpose, state);
        CREATE INDEX outbox_nonce ON outbox (state, nonce);
        """;

    private const string Version3 = """
        -- Collateral that quotes were accepted by; the key is the keccak256 of the container.
        CREATE TABLE collaterals (hash BLOB PRIMARY KEY, container BLOB NOT NULL);
        -- Null for epochs of before.
        ALTER TABLE epochs ADD COLUMN collateral BLOB;
        ALTER TABLE epochs ADD COLUMN verified_at INTEGER;
        """;

    private const string Version4 = """
        -- What the leaves open to, 96 bytes x T; null of jobs of before.
        ALTER TABLE job_shards ADD COLUMN openings BLOB;
        """;
}
