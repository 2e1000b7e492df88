using System.Collections.Immutable;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting;
using TeeTee.Hosting.Observability;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Disputes;
using TeeTee.Sequencer.Posting;
using TeeTee.Sequencer.Settlement;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer.Tests.Batching;

/// <summary>A sequencer's batching over one database file, stepped by hand. Disposing it is a crash: nothing is written then.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly ChainWorld _world;
    private readonly ShardStub[] _shards;

    private TestNode(ServiceProvider services, ChainWorld world, ShardStub[] shards) => (_services, _world, _shards) = (services, world, shards);

    public SqliteDatabase Database => Get<SqliteDatabase>();

    public Readiness Readiness => Get<Readiness>();

    public BatchStore Batches => Get<BatchStore>();

    public static TestNode Open(string path, ChainWorld world, ShardStub[] shards, Func<BatchingOptions, BatchingOptions>? change = null, HttpMessageHandler? handler = null)
    {
        BatchingOptions options = world.Options(handler);
        ServiceCollection services = new();
        services.AddLogging(l => l.SetMinimumLevel(LogLevel.Critical)).AddServiceEndpoints();
        services.AddSingleton(SqliteDatabase.Open(path, Schema.Migrations));
        foreach (ShardStub shard in shards)
            services.AddSingleton<IEpochSource>(shard);
        services.AddBatching(change is null ? options : change(options));
        return new TestNode(services.BuildServiceProvider(), world, shards);
    }

    public static string NewPath() => Path.Combine(Path.GetTempPath(), "teetee-" + Path.GetRandomFileName(), "sequencer.db");

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task<bool> CollectAsync(CancellationToken cancellationToken) => Get<EpochCollector>().RunOnceAsync(cancellationToken);

    public Task<bool> BuildAsync(CancellationToken cancellationToken) => Get<BatchScheduler>().RunOnceAsync(cancellationToken);

    public Task<bool> PostAsync(CancellationToken cancellationToken) => Get<BatchPoster>().RunOnceAsync(cancellationToken);

    public Task<bool> SettleAsync(CancellationToken cancellationToken) => Get<Finalizer>().RunOnceAsync(cancellationToken);

    public Task<bool> RespondAsync(CancellationToken cancellationToken) => Get<ChallengeResponder>().RunOnceAsync(cancellationToken);

    /// <summary>Until there is nothing left to do with the chain.</summary>
    public async Task PostAllAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < 10 && await PostAsync(cancellationToken); i++)
        {
        }
    }

    public async Task<Bytes32> AnswerAsync(PrivateKey user, ulong nonce, CancellationToken cancellationToken, Func<JobDraft, JobDraft>? change = null)
    {
        ulong now = await _world.NowAsync(cancellationToken);
        JobDraft draft = new(user, nonce, now, now + 1_000);
        return Insert(change is null ? draft : change(draft));
    }

    public void SetState(Bytes32 job, string state) => Execute("UPDATE jobs SET state = @state WHERE job_id = @id", new { state, id = job.ToArray() });

    public void Execute(string sql, object? parameters = null)
    {
        using SqliteConnection connection = Database.Connect();
        connection.Execute(sql, parameters);
    }

    public T? Scalar<T>(string sql, object? parameters = null)
    {
        using SqliteConnection connection = Database.Connect();
        return connection.ExecuteScalar<T>(sql, parameters);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        SqliteConnection.ClearAllPools();
    }

    // Stores what the job API stores: the row, the shards' receipts and the charge.
    private Bytes32 Insert(JobDraft draft)
    {
        uint[] tokens = [5, 6, 7, 8, 2];
        RollupDomain domain = _world.Domain;
        Signed<JobRequest> request = domain.Sign(draft.Request(_world.ModelId, tokens), draft.User);
        Bytes32 jobId = domain.Digest(request.Message);
        UInt128 fee = draft.State == "answered" ? (UInt128)((3 * 101) + (2 * 307)) : 0;
        using SqliteConnection connection = Database.Connect();
        connection.Execute(
            """
            INSERT INTO jobs (job_id, user, nonce, payment, state, request, signature, input_kind, input, hold, accepted_at, post_before, finish,
                output_tokens, tokens_root, tokens, fee, answer_signature, answered_at)
            VALUES (@id, @user, @nonce, 0, @state, @request, @signature, 0, x'', '0', @now, @postBefore, @finish, @output, @root, @tokens, @fee,
                @answer, @now)
            """,
            new
            {
                id = jobId.ToArray(),
                user = draft.User.Address.ToArray(),
                nonce = (long)draft.Nonce,
                state = draft.State,
                request = request.Message.Encode(),
                signature = request.Signature.ToArray(),
                now = (long)draft.Now,
                postBefore = (long)draft.PostBefore,
                finish = draft.State == "answered" ? 1 : 4,
                output = draft.State == "answered" ? 2 : 0,
                root = TokenCommitment.Root(tokens).ToArray(),
                tokens = tokens.SelectMany(BitConverter.GetBytes).ToArray(),
                fee = fee.ToString(CultureInfo.InvariantCulture),
                answer = domain.Sign(new AnswerReceipt(jobId, TokenCommitment.Root(tokens), fee, draft.PostBefore), ChainWorld.Sequencer).Signature.ToArray(),
            });
        connection.Execute(
            """
            INSERT INTO user_totals (user, payment, nonce, charged) VALUES (@user, 0, @nonce, @fee)
            ON CONFLICT (user, payment) DO UPDATE SET nonce = @nonce, charged = CAST(CAST(charged AS INTEGER) + @add AS TEXT)
            """,
            new { user = draft.User.Address.ToArray(), nonce = (long)draft.Nonce, fee = fee.ToString(CultureInfo.InvariantCulture), add = (long)fee });
        if (draft.State == "answered")
        {
            for (int i = 0; i < _world.Slots.Length; i++)
                InsertShard(connection, draft, jobId, tokens, i);
        }

        return jobId;
    }

    private void InsertShard(SqliteConnection connection, JobDraft draft, Bytes32 jobId, uint[] tokens, int i)
    {
        Bytes32[] leaves = [.. Enumerable.Range(0, 4).Select(p => Keccak256.Hash([(byte)i, (byte)p]))];
        Slot slot = _world.Slots[i];
        // One epoch per nonce, so that what comes later is never in an epoch that is sealed already; all of them are over.
        ulong epoch = (draft.Now / ChainWorld.Parameters.EpochSeconds) - ChainWorld.EpochsBefore + draft.Nonce;
        ShardReceipt receipt = draft.Receipt(new ShardReceipt(
            jobId, slot.SlotId, slot.Operator, epoch, 4, TokenCommitment.Root(tokens), TraceCommitment.Root(leaves), draft.PostBefore));
        Signed<ShardReceipt> signed = _world.Domain.Sign(receipt, _world.Enclaves[i]);
        Bytes32 digest = _world.Domain.Digest(receipt);
        _shards[i].Add(receipt.Epoch, digest);
        connection.Execute(
            """
            INSERT INTO job_shards (job_id, ordinal, slot_id, operator, epoch, digest, receipt, signature, leaves)
            VALUES (@id, @i, @slot, @operator, @epoch, @digest, @receipt, @signature, @leaves)
            """,
            new
            {
                id = jobId.ToArray(),
                i,
                slot = (long)receipt.Slot,
                @operator = receipt.Operator.ToArray(),
                epoch = (long)receipt.Epoch,
                digest = digest.ToArray(),
                receipt = receipt.Encode(),
                signature = signed.Signature.ToArray(),
                leaves = leaves.SelectMany(l => l.ToArray()).ToArray(),
            });
    }
}
