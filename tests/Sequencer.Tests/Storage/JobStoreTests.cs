using FsCheck;
using FsCheck.Fluent;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Storage;
using TeeTee.Sequencer.Tests.Support;

namespace TeeTee.Sequencer.Tests.Storage;

public sealed class JobStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-store-").FullName;

    private string PathOfFile => Path.Combine(_folder, "jobs.db");

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Accept_ThenReopen_GivesTheJobBack()
    {
        StoredJob job = Job(3);
        new JobStore(SequencerDatabase.Open(PathOfFile)).Accept(job, 1_000, new JobLimits());
        StoredJob found = new JobStore(SequencerDatabase.Open(PathOfFile)).Find(job.JobId)!;

        Assert.Equal(job.Request, found.Request);
        Assert.Equal(job.Input.Bytes.ToArray(), found.Input.Bytes.ToArray());
        Assert.Equal((job.State, job.Hold, job.AcceptedAt, job.PostBefore), (found.State, found.Hold, found.AcceptedAt, found.PostBefore));
    }

    [Fact]
    public void Answer_Twice_ChargesOnce()
    {
        JobStore store = new(SequencerDatabase.Open(PathOfFile));
        StoredJob job = Job(1);
        store.Accept(job, 1_000, new JobLimits());

        Assert.True(store.Answer(job, Answer(job, 87)));
        Assert.False(store.Answer(job, Answer(job, 87)));
        Assert.False(store.Void(job, "late", 5));
        Assert.Equal(new UserTotals(1, 87, 0), store.Totals(TestWorld.User.Address, PaymentKind.Credits));
        Assert.Throws<ArgumentException>(() => store.Answer(job, Answer(job, 501)));
    }

    [Fact]
    public void Void_ThatCostsNothing_KeepsNoInput()
    {
        SqliteDatabase database = SequencerDatabase.Open(PathOfFile);
        JobStore store = new(database);
        StoredJob job = Job(1);
        store.Accept(job, 1_000, new JobLimits());
        Assert.True(store.Void(job, "shard_unavailable: lost", 5));

        StoredJob found = store.Find(job.JobId)!;
        Assert.Equal((JobState.Void, 0), (found.State, found.Input.Bytes.Length));
    }

    [Fact]
    public void Answer_FailingHalfWay_ChangesNothing()
    {
        JobStore store = new(SequencerDatabase.Open(PathOfFile));
        StoredJob job = Job(1);
        store.Accept(job, 1_000, new JobLimits());
        StoredShard shard = Shard(job);
        StoredJob stranger = job with { JobId = Bytes32.Zero };

        Assert.False(store.Answer(stranger, Answer(stranger, 87)));
        // The second receipt of the same ordinal cannot be stored twice: a database fault in mid-transaction.
        using (var connection = SequencerDatabase.Open(PathOfFile).Connect())
        {
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TRIGGER planted BEFORE INSERT ON job_shards BEGIN SELECT RAISE(ABORT, 'planted'); END;";
            command.ExecuteNonQuery();
        }
        Assert.ThrowsAny<Exception>(() => store.Answer(job, Answer(job, 87) with { Shards = [shard] }));
        Assert.Equal(JobState.Running, store.Find(job.JobId)!.State);
        Assert.Equal(new UserTotals(1, 0, 500), store.Totals(TestWorld.User.Address, PaymentKind.Credits));
    }

    [Fact]
    public void Accept_RacingForTheSameCredit_OneWins()
    {
        JobStore store = new(SequencerDatabase.Open(PathOfFile));
        AcceptOutcome[] outcomes = new AcceptOutcome[12];
        Parallel.For(0, outcomes.Length, i => outcomes[i] = store.Accept(Job((ulong)i + 1), 999, new JobLimits()).Outcome);

        Assert.Single(outcomes, AcceptOutcome.Accepted);
        Assert.Equal(500u, store.Totals(TestWorld.User.Address, PaymentKind.Credits).Held);
    }

    [Fact]
    public void Totals_AnySequence_EqualTheJobs()
    {
        int run = 0;
        Prop.ForAll(Gen.Choose(0, 5).ListOf().ToArbitrary(), steps =>
        {
            JobStore store = new(SequencerDatabase.Open(Path.Combine(_folder, $"{++run}.db")));
            ulong nonce = 0;
            UInt128 charged = 0;
            List<StoredJob> running = [];
            foreach (int step in steps)
            {
                if (step >= 3 || running.Count == 0)
                {
                    StoredJob job = Job(++nonce);
                    if (store.Accept(job, 2_000, new JobLimits()).Outcome == AcceptOutcome.Accepted)
                        running.Add(job);
                    else
                        nonce--;
                }
                else
                {
                    StoredJob job = running[step % running.Count];
                    running.Remove(job);
                    if (step == 0)
                        store.Void(job, "lost", 1);
                    else
                        store.Answer(job, Answer(job, (UInt128)(step * 30)));
                    charged += (UInt128)(step * 30);
                }
            }
            UserTotals totals = store.Totals(TestWorld.User.Address, PaymentKind.Credits);
            return totals == new UserTotals(nonce, charged, (UInt128)(running.Count * 500))
                && totals.Charged + totals.Held <= 2_000 && store.Running().Count == running.Count;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));
    }

    [Fact]
    public void Open_NewerDatabase_IsRefusedUntouched()
    {
        SqliteDatabase.Open(PathOfFile, [.. Schema.Migrations, "CREATE TABLE later (x);"]);
        FailureException refusal = Assert.Throws<FailureException>(() => SequencerDatabase.Open(PathOfFile));
        Assert.Equal("database_newer", refusal.Code);
    }

    [Fact]
    public void Open_NoDatabaseButAFile_IsRefused()
    {
        File.WriteAllText(PathOfFile, "not a database, but long enough to be taken for the header of one if nobody looked");
        Assert.Equal("database_unusable", Assert.Throws<FailureException>(() => SequencerDatabase.Open(PathOfFile)).Code);
    }

    private static StoredJob Job(ulong nonce)
    {
        JobRequest request = TestWorld.Request(nonce);
        return new StoredJob
        {
            JobId = TestWorld.Domain.Digest(request),
            State = JobState.Running,
            Request = TestWorld.Domain.Sign(request, TestWorld.User),
            Input = new JobInput(false, new byte[] { 11, 0, 0, 0 }),
            Hold = request.MaxFee,
            AcceptedAt = 100,
            PostBefore = 200,
        };
    }

    private static StoredShard Shard(StoredJob job)
    {
        ShardReceipt receipt = new(job.JobId, 7, TestWorld.Slots[0].Operator, 1, 1, Bytes32.Zero, Bytes32.Zero, 200);
        return new StoredShard(TestWorld.Domain.Sign(receipt, TestWorld.ShardKeys[0]), TestWorld.Domain.Digest(receipt), new byte[32], new byte[96]);
    }

    private static StoredAnswer Answer(StoredJob job, UInt128 fee) => new()
    {
        Finish = FinishReason.Stop,
        OutputTokens = 6,
        TokensRoot = Bytes32.Zero,
        Tokens = new byte[4],
        Fee = fee,
        Cancel = null,
        AnswerSignature = job.Request.Signature,
        AnsweredAt = 150,
        Shards = [],
    };
}
