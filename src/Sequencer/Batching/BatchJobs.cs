using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;

namespace TeeTee.Sequencer.Batching;

/// <summary>Which job is which leaf.</summary>
internal sealed class BatchJobs(SqliteDatabase database)
{
    /// <summary>The job of a leaf, or null.</summary>
    public Bytes32? Find(ulong index, uint leaf)
    {
        using SqliteConnection connection = database.Connect();
        byte[]? id = connection.QuerySingleOrDefault<byte[]>(
            "SELECT job_id FROM jobs WHERE batch_index = @index AND leaf = @leaf", new { index = (long)index, leaf = (long)leaf });
        return id is null ? null : new Bytes32(id);
    }
}
