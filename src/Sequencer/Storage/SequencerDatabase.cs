using TeeTee.Hosting.Storage;

namespace TeeTee.Sequencer.Storage;

/// <summary>Opens the sequencer's database with its tables.</summary>
internal static class SequencerDatabase
{
    /// <summary>Opens or creates the file and brings it to this version.</summary>
    /// <exception cref="Hosting.Failures.FailureException">Newer than this program, or unusable.</exception>
    public static SqliteDatabase Open(string path) => SqliteDatabase.Open(path, Schema.Migrations);
}
