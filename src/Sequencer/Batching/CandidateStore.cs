using System.Collections.Immutable;
using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Batching;

/// <summary>Accepted jobs on their way into a batch.</summary>
internal sealed class CandidateStore(SqliteDatabase database, EpochStore epochs)
{
    // Request, receipts, their proofs and records, without what grows with the tokens.
    private const long FixedBytes = 2_048;

    /// <summary>Every accepted job in no batch.</summary>
    public IReadOnlyList<JobCandidate> All()
    {
        using SqliteConnection connection = database.Connect();
        var rows = connection.Query<(byte[] Id, byte[] User, long Nonce, string State, long EndedAt, long PostBefore, long Bytes, long Uncovered)>(
            """
            SELECT j.job_id, j.user, j.nonce, j.state, coalesce(j.answered_at, j.accepted_at), j.post_before,
                coalesce(length(j.tokens), 0) + (SELECT coalesce(sum(length(s.leaves)), 0) FROM job_shards s WHERE s.job_id = j.job_id),
                EXISTS (SELECT 1 FROM job_shards s WHERE s.job_id = j.job_id AND NOT EXISTS (
                    SELECT 1 FROM epochs e WHERE e.slot_id = s.slot_id AND e.operator = s.operator AND e.epoch = s.epoch
                        AND instr(e.digests, s.digest) > 0))
            FROM jobs j WHERE j.batch_index IS NULL
            """);
        return [.. rows.Select(r => new JobCandidate(
            new Bytes32(r.Id), new Address(r.User), (ulong)r.Nonce, State(r.State, r.Uncovered != 0), (ulong)r.EndedAt, (ulong)r.PostBefore,
            FixedBytes + r.Bytes))];
    }

    /// <summary>A terminal job as the batch builder takes it; null if one of its receipts is not covered.</summary>
    public AnsweredJob? Load(Bytes32 jobId)
    {
        using SqliteConnection connection = database.Connect();
        JobColumns row = connection.QuerySingle<JobColumns>($"SELECT {JobColumns.Sql} FROM jobs WHERE job_id = @id", new { id = jobId.ToArray() });
        Signed<JobRequest> request = JobRows.Signed<JobRequest>(row.Request, row.Signature);
        if (row.State == "void")
            return AnsweredJob.Void(request);
        var shards = ImmutableArray.CreateBuilder<AnsweredShard>();
        foreach (ShardColumns shard in ShardColumns.Of(connection, jobId))
        {
            if (Cover(shard) is not { } covered)
                return null;
            shards.Add(covered);
        }

        return new AnsweredJob
        {
            Request = request,
            Finish = (FinishReason)row.Finish!.Value,
            OutputTokens = (uint)row.OutputTokens!.Value,
            TokensRoot = new Bytes32(row.TokensRoot!),
            Shards = shards.ToImmutable(),
            Tokens = row.Tokens!,
            Cancel = row.Finish == (long)FinishReason.Cancelled ? JobRows.Signed<CancelJob>(row.Cancel!, row.CancelSignature!) : null,
        };
    }

    /// <summary>
    /// Makes answers void that can no longer be posted in time: their receipts are worthless, so nothing is charged and the nonce is
    /// consumed. Returns how many.
    /// </summary>
    /// <param name="now">Unix seconds of the chain.</param>
    public IReadOnlyList<Bytes32> VoidMissed(ulong now) => database.InTransaction((connection, transaction) =>
    {
        byte[][] ids = [.. connection.Query<byte[]>(
            "SELECT job_id FROM jobs WHERE batch_index IS NULL AND state = 'answered' AND post_before <= @now", new { now = (long)now }, transaction)];
        foreach (byte[] id in ids)
            Void(connection, transaction, id, "not postable before its deadline");
        return (IReadOnlyList<Bytes32>)[.. ids.Select(id => new Bytes32(id))];
    });

    /// <summary>Makes an answered job void and takes its charge back; nothing of one that is void already.</summary>
    public static void Void(SqliteConnection connection, SqliteTransaction transaction, byte[] jobId, string reason)
    {
        var row = connection.QuerySingleOrDefault<(byte[] User, long Payment, string Fee)?>(
            "SELECT user, payment, fee FROM jobs WHERE job_id = @jobId AND state = 'answered'", new { jobId }, transaction);
        if (row is not var (user, payment, fee))
            return;
        string charged = connection.QuerySingle<string>("SELECT charged FROM user_totals WHERE user = @user AND payment = @payment", new { user, payment }, transaction);
        connection.Execute(
            "UPDATE user_totals SET charged = @charged WHERE user = @user AND payment = @payment",
            new { user, payment, charged = JobRows.Text(checked(JobRows.Wei(charged) - JobRows.Wei(fee))) }, transaction);
        connection.Execute(
            """
            UPDATE jobs SET state = 'void', fee = '0', finish = 4, output_tokens = 0, tokens = x'', tokens_root = @zero,
                input = x'', cancel = NULL, cancel_signature = NULL, void_reason = @reason WHERE job_id = @jobId
            """,
            new { jobId, reason, zero = Bytes32.Zero.ToArray() }, transaction);
    }

    /// <summary>Unix seconds at which the oldest unposted answer was given; null if none waits.</summary>
    public ulong? OldestUnposted()
    {
        using SqliteConnection connection = database.Connect();
        // The plus keeps SQLite on the index by batch: nearly all jobs there ever were are answered.
        return (ulong?)connection.ExecuteScalar<long?>(
            """
            SELECT min(answered_at) FROM jobs
            WHERE +state = 'answered' AND (batch_index IS NULL OR batch_index IN (SELECT batch_index FROM batches WHERE status = 'built'))
            """);
    }

    /// <summary>Terminal jobs that are in no posted batch.</summary>
    public long CountUnposted()
    {
        using SqliteConnection connection = database.Connect();
        return connection.ExecuteScalar<long>(
            """
            SELECT count(*) FROM jobs
            WHERE state <> 'running' AND (batch_index IS NULL OR batch_index IN (SELECT batch_index FROM batches WHERE status = 'built'))
            """);
    }

    private AnsweredShard? Cover(ShardColumns shard)
    {
        Signed<ShardReceipt> receipt = shard.ToReceipt();
        StoredEpoch? epoch = epochs.Find(new EpochKey(receipt.Message.Slot, receipt.Message.Operator, receipt.Message.Epoch));
        return epoch?.Tree.Prove(new Bytes32(shard.Digest)) is { } proof ? new AnsweredShard(receipt, shard.Leaves, epoch.Quote, proof) : null;
    }

    private static CandidateState State(string state, bool uncovered) => state switch
    {
        "running" => CandidateState.Running,
        "void" => CandidateState.Void,
        _ => uncovered ? CandidateState.Uncovered : CandidateState.Ready,
    };
}
