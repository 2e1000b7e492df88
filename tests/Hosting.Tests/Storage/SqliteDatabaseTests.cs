using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Storage;

namespace TeeTee.Hosting.Tests.Storage;

public sealed class SqliteDatabaseTests : IDisposable
{
    private const string First = "CREATE TABLE jobs (id INTEGER PRIMARY KEY);";
    private const string Second = "ALTER TABLE jobs ADD COLUMN fee INTEGER NOT NULL DEFAULT 7;";
    private const string Insert = "INSERT INTO jobs (id) VALUES (1);";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_NoFile_AppliesEveryMigrationInANewFolder()
    {
        SqliteDatabase database = SqliteDatabase.Open(_folder.File("new/state.db"), [First, Second]);

        using SqliteConnection connection = database.Connect();
        Assert.Equal(2, connection.ExecuteScalar<int>("PRAGMA user_version;"));
        Assert.Equal("wal", connection.ExecuteScalar<string>("PRAGMA journal_mode;"));
        Assert.Equal(2, connection.ExecuteScalar<int>("PRAGMA synchronous;"));
        Assert.Equal(0, connection.ExecuteScalar<int>("SELECT count(*) FROM jobs WHERE fee = 7;"));
    }

    [Fact]
    public void Open_NoFile_LetsOnlyTheOwnerRead()
    {
        if (OperatingSystem.IsWindows())
            return;
        SqliteDatabase database = SqliteDatabase.Open(_folder.File("new/state.db"), [First]);
        using SqliteConnection connection = database.Connect();
        connection.Execute(Insert);

        string[] files = Directory.GetFiles(Path.GetDirectoryName(_folder.File("new/state.db"))!);

        Assert.Contains(files, file => file.EndsWith("-wal", StringComparison.Ordinal));
        foreach (string file in files)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public void Open_OlderVersion_KeepsRowsAndAppliesTheRest()
    {
        SqliteDatabase.Open(_folder.File("state.db"), [First]).InTransaction((c, t) => c.Execute(Insert, transaction: t));

        SqliteDatabase database = SqliteDatabase.Open(_folder.File("state.db"), [First, Second]);

        using SqliteConnection connection = database.Connect();
        Assert.Equal(7, connection.ExecuteScalar<int>("SELECT fee FROM jobs WHERE id = 1;"));
    }

    [Fact]
    public void Open_BrokenMigration_LeavesTheOlderVersionUsable()
    {
        string path = _folder.File("state.db");
        SqliteDatabase.Open(path, [First]).InTransaction((c, t) => c.Execute(Insert, transaction: t));

        FailureException failure = Assert.Throws<FailureException>(() => SqliteDatabase.Open(path, [First, Second, "CREATE NONSENSE;"]));

        Assert.Equal("database_unusable", failure.Code);
        using SqliteConnection connection = SqliteDatabase.Open(path, [First]).Connect();
        Assert.Equal(1, connection.ExecuteScalar<int>("SELECT count(*) FROM jobs;"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    public void Open_NewerVersion_RefusesAndTouchesNothing(int version)
    {
        string path = _folder.File("state.db");
        using (SqliteConnection other = new($"Data Source={path};Pooling=False"))
        {
            other.Open();
            other.Execute($"CREATE TABLE future (x); PRAGMA user_version = {version.ToString(CultureInfo.InvariantCulture)};");
        }
        byte[] before = File.ReadAllBytes(path);

        FailureException failure = Assert.Throws<FailureException>(() => SqliteDatabase.Open(path, [First, Second]));

        Assert.Equal(("database_newer", ExitCode.Configuration), (failure.Code, failure.ExitCode));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Open_NoDatabase_Refuses()
    {
        File.WriteAllText(_folder.File("state.db"), new string('x', 5_000));

        FailureException failure = Assert.Throws<FailureException>(() => SqliteDatabase.Open(_folder.File("state.db"), [First]));

        Assert.Equal("database_unusable", failure.Code);
    }

    [Fact]
    public void Open_FileInPlaceOfFolder_Refuses()
    {
        File.WriteAllText(_folder.File("state"), "");

        FailureException failure = Assert.Throws<FailureException>(() => SqliteDatabase.Open(_folder.File("state/sequencer.db"), [First]));

        Assert.Equal("database_unusable", failure.Code);
    }

    [Fact]
    public void InTransaction_WorkThrows_RollsBack()
    {
        SqliteDatabase database = SqliteDatabase.Open(_folder.File("state.db"), [First]);

        Assert.Throws<InvalidOperationException>(() => database.InTransaction((connection, transaction) =>
        {
            connection.Execute(Insert, transaction: transaction);
            throw new InvalidOperationException();
        }));

        using SqliteConnection connection = database.Connect();
        Assert.Equal(0, connection.ExecuteScalar<int>("SELECT count(*) FROM jobs;"));
    }

    [Fact]
    public async Task InTransaction_ManyWriters_AllCommit()
    {
        SqliteDatabase database = SqliteDatabase.Open(_folder.File("state.db"), [First]);

        await Task.WhenAll(Enumerable.Range(1, 40).Select(id => Task.Run(() =>
            database.InTransaction((connection, transaction) => connection.Execute("INSERT INTO jobs (id) VALUES (@id);", new { id }, transaction)))))
            .WaitAsync(TimeSpan.FromSeconds(60));

        using SqliteConnection connection = database.Connect();
        Assert.Equal(40, connection.ExecuteScalar<int>("SELECT count(*) FROM jobs;"));
    }

    [Fact]
    public async Task InTransaction_WriterKilled_KeepsWhatWasCommitted()
    {
        using Child child = Child.Start("count", _folder.File("state.db"));
        for (int expected = 1; expected <= 20; expected++)
            Assert.Equal(expected.ToString(CultureInfo.InvariantCulture), await child.ReadLineAsync());

        child.Kill();
        await child.WaitAsync();

        using SqliteConnection connection = SqliteDatabase.Open(_folder.File("state.db"), [ChildProgram.Migration]).Connect();
        int count = connection.ExecuteScalar<int>("SELECT count(*) FROM numbers;");
        Assert.True(count >= 20, $"{count} numbers are left of at least 20.");
        Assert.Equal(count, connection.ExecuteScalar<int>("SELECT max(number) FROM numbers;"));
    }
}
