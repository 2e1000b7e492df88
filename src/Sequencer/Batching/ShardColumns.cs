using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Batching;

/// <summary>A row of <c>job_shards</c>; filled by Dapper.</summary>
internal sealed class ShardColumns
{
    public byte[] Receipt { get; set; } = [];

    public byte[] Signature { get; set; } = [];

    public byte[] Digest { get; set; } = [];

    public byte[] Leaves { get; set; } = [];

    /// <summary>The shards of a job in layer order.</summary>
    public static IEnumerable<ShardColumns> Of(SqliteConnection connection, Bytes32 jobId) => connection.Query<ShardColumns>(
        "SELECT receipt AS Receipt, signature AS Signature, digest AS Digest, leaves AS Leaves FROM job_shards WHERE job_id = @id ORDER BY ordinal",
        new { id = jobId.ToArray() });

    public Signed<ShardReceipt> ToReceipt() => JobRows.Signed<ShardReceipt>(Receipt, Signature);
}
