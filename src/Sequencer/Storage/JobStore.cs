using System.Numerics;
using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Storage;

/// <summary>Jobs and the money that they hold and cost. Every change of a job is one transaction with what it changes of its user's totals.</summary>
internal sealed class JobStore(SqliteDatabase database)
{
    /// <summary>Stores a running job and holds its greatest fee, or says why not; nothing is changed then.</summary>
    /// <param name="job">State running, hold = maxFee.</param>
    /// <param name="spendable">Cumulative wei that the user may spend from the job's payment source.</param>
    public AcceptResult Accept(StoredJob job, UInt128 spendable, JobLimits limits) => database.InTransaction((connection, transaction) =>
    {
        JobRequest request = job.Request.Message;
        UserTotals totals = Totals(connection, transaction, request.User, request.Payment);
        AcceptOutcome outcome = Judge(connection, transaction, job, totals, spendable, limits);
        if (outcome == AcceptOutcome.Accepted)
            Insert(connection, transaction, job, totals);
        return new AcceptResult(outcome, totals);
    });

    /// <summary>A job, or null.</summary>
    public StoredJob? Find(Bytes32 jobId)
    {
        using SqliteConnection connection = database.Connect();
        return connection.QuerySingleOrDefault<JobRow>(
            $"SELECT {JobRow.Columns} FROM jobs WHERE job_id = @id", new { id = jobId.ToArray() })?.ToJob();
    }

    /// <summary>Every running job, oldest first.</summary>
    public IReadOnlyList<StoredJob> Running()
    {
        using SqliteConnection connection = database.Connect();
        return [.. connection.Query<JobRow>($"SELECT {JobRow.Columns} FROM jobs WHERE state = 'running' ORDER BY accepted_at, nonce")
            .Select(row => row.ToJob())];
    }

    /// <summary>What the slots committed to, in layer order; none of a job that is not answered.</summary>
    public IReadOnlyList<StoredShard> ShardsOf(Bytes32 jobId)
    {
        using SqliteConnection connection = database.Connect();
        var rows = connection.Query<(byte[] Receipt, byte[] Signature, byte[] Digest, byte[] Leaves, byte[]? Openings)>(
            "SELECT receipt, signature, digest, leaves, openings FROM job_shards WHERE job_id = @id ORDER BY ordinal", new { id = jobId.ToArray() });
        return [.. rows.Select(row => new StoredShard(
            JobRow.Read<ShardReceipt>(row.Receipt, row.Signature)!, new Bytes32(row.Digest), row.Leaves, row.Openings ?? []))];
    }

    /// <summary>What a user has used of a payment source.</summary>
    public UserTotals Totals(Address user, PaymentKind payment)
    {
        using SqliteConnection connection = database.Connect();
        return Totals(connection, null, user, payment);
    }

    /// <summary>The account after the newest built batch; one of zeros if it never took part.</summary>
    public Account AccountOf(Address owner)
    {
        using SqliteConnection connection = database.Connect();
        byte[]? bytes = connection.QuerySingleOrDefault<byte[]>("SELECT account FROM accounts WHERE owner = @owner", new { owner = owner.ToArray() });
        if (bytes is null)
            return Account.New(owner);
        return MessageCodec.TryDecode(bytes, out Account? account)
            ? account
            : throw new InvalidDataException($"The database holds {bytes.Length} bytes that are no account of {owner}.");
    }

    /// <summary>Counts an attempt to run the job.</summary>
    public void CountAttempt(Bytes32 jobId)
    {
        using SqliteConnection connection = database.Connect();
        connection.Execute("UPDATE jobs SET attempts = attempts + 1 WHERE job_id = @id", new { id = jobId.ToArray() });
    }

    /// <summary>Keeps an accepted cancellation of a running job, so that it is repeated when the job is opened again. The first one stays.</summary>
    public void SaveCancel(Signed<CancelJob> cancel)
    {
        using SqliteConnection connection = database.Connect();
        connection.Execute(
            "UPDATE jobs SET cancel = @cancel, cancel_signature = @signature WHERE job_id = @id AND state = 'running' AND cancel IS NULL",
            new { cancel = cancel.Message.Encode(), signature = cancel.Signature.ToArray(), id = cancel.Message.JobId.ToArray() });
    }

    /// <summary>Ends a running job as answered: releases the hold, charges the fee, stores the receipts.</summary>
    /// <returns>False, and nothing changed, if the job is not running.</returns>
    /// <exception cref="ArgumentException">The fee is above the hold.</exception>
    public bool Answer(StoredJob job, StoredAnswer answer)
    {
        if (answer.Fee > job.Request.Message.MaxFee)
            throw new ArgumentException($"A fee of {answer.Fee} wei passes the greatest fee {job.Request.Message.MaxFee}.", nameof(answer));
        return database.InTransaction((connection, transaction) =>
        {
            if (!End(connection, transaction, job, answer))
                return false;
            Release(connection, transaction, job.Request.Message, answer.Fee);
            for (int i = 0; i < answer.Shards.Length; i++)
                InsertShard(connection, transaction, job.JobId, i, answer.Shards[i]);
            return true;
        });
    }

    /// <summary>Ends a running job as void: releases the hold, charges nothing.</summary>
    /// <returns>False, and nothing changed, if the job is not running.</returns>
    public bool Void(StoredJob job, string reason, ulong at) => database.InTransaction((connection, transaction) =>
    {
        int changed = connection.Execute(
            """
            UPDATE jobs SET state = 'void', hold = '0', finish = @finish, output_tokens = 0, tokens_root = @root, tokens = x'', fee = '0',
                input = x'', cancel = NULL, cancel_signature = NULL, answered_at = @at, void_reason = @reason
            WHERE job_id = @id AND state = 'running'
            """,
            new { finish = (int)FinishReason.Void, root = Bytes32.Zero.ToArray(), at = (long)at, reason, id = job.JobId.ToArray() },
            transaction);
        if (changed == 1)
            Release(connection, transaction, job.Request.Message, fee: 0);
        return changed == 1;
    });

    private static AcceptOutcome Judge(
        SqliteConnection connection, SqliteTransaction transaction, StoredJob job, UserTotals totals, UInt128 spendable, JobLimits limits)
    {
        JobRequest request = job.Request.Message;
        if (connection.ExecuteScalar<long>("SELECT COUNT(*) FROM jobs WHERE job_id = @id", new { id = job.JobId.ToArray() }, transaction) > 0)
            return AcceptOutcome.Exists;
        if (request.Nonce <= totals.Nonce)
            return AcceptOutcome.NonceUsed;
        if (CountRunning(connection, transaction, request.User) >= limits.MaxJobsPerUser)
            return AcceptOutcome.UserBusy;
        if (CountRunning(connection, transaction, null) >= limits.MaxJobs)
            return AcceptOutcome.Full;
        BigInteger needed = (BigInteger)totals.Charged + (BigInteger)totals.Held + (BigInteger)request.MaxFee;
        if (needed > (BigInteger)request.CumulativeMax)
            return AcceptOutcome.VoucherTooSmall;
        return needed > (BigInteger)spendable ? AcceptOutcome.CreditTooSmall : AcceptOutcome.Accepted;
    }

    private static long CountRunning(SqliteConnection connection, SqliteTransaction transaction, Address? user) =>
        connection.ExecuteScalar<long>(
            "SELECT COUNT(*) FROM jobs WHERE state = 'running' AND (@user IS NULL OR user = @user)", new { user = user?.ToArray() }, transaction);

    private static void Insert(SqliteConnection connection, SqliteTransaction transaction, StoredJob job, UserTotals totals)
    {
        JobRequest request = job.Request.Message;
        connection.Execute(
            """
            INSERT INTO jobs (job_id, user, nonce, payment, state, request, signature, input_kind, input, hold, accepted_at, post_before)
            VALUES (@id, @user, @nonce, @payment, 'running', @request, @signature, @kind, @input, @hold, @at, @postBefore)
            """,
            new
            {
                id = job.JobId.ToArray(),
                user = request.User.ToArray(),
                nonce = (long)request.Nonce,
                payment = (int)request.Payment,
                request = request.Encode(),
                signature = job.Request.Signature.ToArray(),
                kind = job.Input.IsSealed ? 1 : 0,
                input = job.Input.Bytes.ToArray(),
                hold = JobRow.Text(request.MaxFee),
                at = (long)job.AcceptedAt,
                postBefore = (long)job.PostBefore,
            },
            transaction);
        Save(connection, transaction, request.User, request.Payment, totals with { Held = totals.Held + request.MaxFee });
        // Nonces are of the user, not of a payment source, and are kept in one row.
        connection.Execute(
            "INSERT INTO user_totals (user, payment, nonce) VALUES (@user, 0, @nonce) ON CONFLICT (user, payment) DO UPDATE SET nonce = @nonce",
            new { user = request.User.ToArray(), nonce = (long)request.Nonce },
            transaction);
    }

    private static bool End(SqliteConnection connection, SqliteTransaction transaction, StoredJob job, StoredAnswer answer) =>
        connection.Execute(
            """
            UPDATE jobs SET state = 'answered', hold = '0', finish = @finish, output_tokens = @output, tokens_root = @root, tokens = @tokens,
                fee = @fee, cancel = @cancel, cancel_signature = @cancelSignature, answer_signature = @signature, answered_at = @at
            WHERE job_id = @id AND state = 'running'
            """,
            new
            {
                finish = (int)answer.Finish,
                output = (long)answer.OutputTokens,
                root = answer.TokensRoot.ToArray(),
                tokens = answer.Tokens.ToArray(),
                fee = JobRow.Text(answer.Fee),
                cancel = answer.Cancel?.Message.Encode(),
                cancelSignature = answer.Cancel?.Signature.ToArray(),
                signature = answer.AnswerSignature.ToArray(),
                at = (long)answer.AnsweredAt,
                id = job.JobId.ToArray(),
            },
            transaction) == 1;

    private static void InsertShard(SqliteConnection connection, SqliteTransaction transaction, Bytes32 jobId, int ordinal, StoredShard shard)
    {
        ShardReceipt receipt = shard.Receipt.Message;
        connection.Execute(
            """
            INSERT INTO job_shards (job_id, ordinal, slot_id, operator, epoch, digest, receipt, signature, leaves, openings)
            VALUES (@id, @ordinal, @slot, @operator, @epoch, @digest, @receipt, @signature, @leaves, @openings)
            """,
            new
            {
                id = jobId.ToArray(),
                ordinal,
                slot = (long)receipt.Slot,
                @operator = receipt.Operator.ToArray(),
                epoch = (long)receipt.Epoch,
                digest = shard.Digest.ToArray(),
                receipt = receipt.Encode(),
                signature = shard.Receipt.Signature.ToArray(),
                leaves = shard.Leaves.ToArray(),
                openings = shard.Openings.ToArray(),
            },
            transaction);
    }

    private static void Release(SqliteConnection connection, SqliteTransaction transaction, JobRequest request, UInt128 fee)
    {
        UserTotals totals = Totals(connection, transaction, request.User, request.Payment);
        if (totals.Held < request.MaxFee)
            throw new InvalidDataException($"{request.User} holds {totals.Held} wei; the job to be released held {request.MaxFee}.");
        Save(connection, transaction, request.User, request.Payment,
            totals with { Held = totals.Held - request.MaxFee, Charged = checked(totals.Charged + fee) });
    }

    private static UserTotals Totals(SqliteConnection connection, SqliteTransaction? transaction, Address user, PaymentKind payment)
    {
        byte[] key = user.ToArray();
        long nonce = connection.QuerySingleOrDefault<long?>(
            "SELECT nonce FROM user_totals WHERE user = @key AND payment = 0", new { key }, transaction) ?? 0;
        var row = connection.QuerySingleOrDefault<(string? Charged, string? Held)>(
            "SELECT charged, held FROM user_totals WHERE user = @key AND payment = @payment", new { key, payment = (int)payment }, transaction);
        return new UserTotals((ulong)nonce, JobRow.Wei(row.Charged ?? "0"), JobRow.Wei(row.Held ?? "0"));
    }

    private static void Save(SqliteConnection connection, SqliteTransaction transaction, Address user, PaymentKind payment, UserTotals totals) =>
        connection.Execute(
            """
            INSERT INTO user_totals (user, payment, charged, held) VALUES (@user, @payment, @charged, @held)
            ON CONFLICT (user, payment) DO UPDATE SET charged = @charged, held = @held
            """,
            new
            {
                user = user.ToArray(),
                payment = (int)payment,
                charged = JobRow.Text(totals.Charged),
                held = JobRow.Text(totals.Held),
            },
            transaction);
}
