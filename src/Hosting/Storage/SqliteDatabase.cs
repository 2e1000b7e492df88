using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Hosting.Failures;

namespace TeeTee.Hosting.Storage;

/// <summary>One SQLite file with a numbered schema: opened durably, migrated forward, refused when it is newer than the program.</summary>
/// <remarks>
/// Write-ahead log with <c>synchronous=FULL</c>: what a transaction committed survives SIGKILL and power loss.
/// The schema version is SQLite's <c>user_version</c>; migration i brings version i to i + 1 in one transaction.
/// Connections are cheap and used by one caller at a time; SQLite itself serialises writers.
/// </remarks>
public sealed class SqliteDatabase
{
    private readonly string _connectionString;

    private SqliteDatabase(string connectionString) => _connectionString = connectionString;

    /// <summary>Opens or creates the file and applies the migrations that it lacks.</summary>
    /// <param name="path">The database file; its folder is made if absent.</param>
    /// <param name="migrations">SQL scripts in order; never edited once released, only appended to.</param>
    /// <exception cref="FailureException"><c>database_newer</c> or <c>database_unusable</c>.</exception>
    public static SqliteDatabase Open(string path, IReadOnlyList<string> migrations)
    {
        SQLitePCL.Batteries_V2.Init();
        SqliteConnectionStringBuilder builder = new() { DataSource = path, Pooling = true };
        SqliteDatabase database = new(builder.ToString());
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            if (File.Exists(path))
                RequireKnownVersion(path, migrations.Count);
            else
                Create(path);
            database.Migrate(path, migrations);
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, "database_unusable", $"{path} cannot be used: {fault.Message}", fault);
        }
        return database;
    }

    /// <summary>A connection ready for use; dispose it after one unit of work.</summary>
    public SqliteConnection Connect()
    {
        SqliteConnection connection = new(_connectionString);
        connection.Open();
        connection.Execute("PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
        return connection;
    }

    /// <summary>Runs a unit of work in one immediate transaction: all of it happens or none.</summary>
    public T InTransaction<T>(Func<SqliteConnection, SqliteTransaction, T> work)
    {
        using SqliteConnection connection = Connect();
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        T result = work(connection, transaction);
        transaction.Commit();
        return result;
    }

    /// <inheritdoc cref="InTransaction{T}"/>
    public void InTransaction(Action<SqliteConnection, SqliteTransaction> work) =>
        InTransaction((connection, transaction) =>
        {
            work(connection, transaction);
            return 0;
        });

    // Databases hold prompts and answers before they are posted, and evidence. SQLite gives its journal files the mode of the database.
    private static void Create(string path)
    {
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new FileStream(path, options).Dispose();
    }

    // Read-only and before anything else: a newer program's file must not even change its journal mode.
    private static void RequireKnownVersion(string path, int known)
    {
        SqliteConnectionStringBuilder builder = new() { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        using SqliteConnection connection = new(builder.ToString());
        connection.Open();
        RequireKnownVersion(path, connection.ExecuteScalar<int>("PRAGMA user_version;"), known);
    }

    private static void RequireKnownVersion(string path, int version, int known)
    {
        if (version < 0 || version > known)
        {
            throw new FailureException(ExitCode.Configuration, "database_newer",
                $"{path} has schema version {version}, this program knows {known}. Use the newer program; the file was not touched.");
        }
    }

    private void Migrate(string path, IReadOnlyList<string> migrations)
    {
        using (SqliteConnection connection = Connect())
            connection.Execute("PRAGMA journal_mode = WAL;");
        InTransaction((connection, transaction) =>
        {
            int version = connection.ExecuteScalar<int>("PRAGMA user_version;", transaction: transaction);
            RequireKnownVersion(path, version, migrations.Count);
            for (; version < migrations.Count; version++)
                connection.Execute(migrations[version], transaction: transaction);
            connection.Execute($"PRAGMA user_version = {version};", transaction: transaction);
        });
    }
}
