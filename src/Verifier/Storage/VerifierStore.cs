using System.Text.Json;
using TeeTee.Hosting.Failures;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Json;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Following;
using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier.Storage;

/// <summary>Keeps verdicts and the newest states in one file, so that a restart goes on where the last run ended.</summary>
internal sealed class VerifierStore(string? path, Deployment deployment)
{
    private const int StatesKept = 4;

    /// <summary>Loads what the file holds for this deployment; a file of another deployment or version is refused, not overwritten.</summary>
    /// <exception cref="FailureException"><c>state_unusable</c>.</exception>
    public void Load(BatchBook book, StateSource states)
    {
        if (path is null || !File.Exists(path))
            return;
        StoredBook stored = Read(path);
        book.Load(stored.Entries, stored.DoneThrough);
        foreach (StoredState state in stored.States)
        {
            var tree = AccountTree.Load(state.Accounts);
            if (tree.Root == state.Root)
                states.Keep(state.BatchHash, tree);
        }
    }

    public void Save(BatchBook book, StateSource states)
    {
        if (path is null)
            return;
        StoredBook stored = new(
            StoredBook.CurrentVersion, deployment.ChainId, deployment.Rollup, book.DoneThrough, [.. book.Entries.Values],
            [.. states.Kept.TakeLast(StatesKept).Select(s => new StoredState(s.BatchHash, s.State.Root, [.. s.State.Accounts]))]);
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(stored, RollupJson.Options), AtomicFile.Public, overwrite: true);
    }

    private StoredBook Read(string file)
    {
        try
        {
            StoredBook? stored = JsonSerializer.Deserialize<StoredBook>(File.ReadAllBytes(file), RollupJson.Options);
            if (stored is null || stored.Version != StoredBook.CurrentVersion)
                throw Unusable($"{file} is of version {stored?.Version}; this reads {StoredBook.CurrentVersion}.");
            return (stored.ChainId, stored.Rollup) == (deployment.ChainId, deployment.Rollup)
                ? stored
                : throw Unusable($"{file} is of rollup {stored.Rollup} on chain {stored.ChainId}; this follows {deployment.Rollup} on {deployment.ChainId}.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unusable($"{file} cannot be read: {e.Message}", e);
        }
    }

    private static FailureException Unusable(string message, Exception? cause = null) =>
        new(ExitCode.Configuration, "state_unusable", $"{message} Remove it to judge everything again.", cause);
}
