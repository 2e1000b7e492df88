namespace TeeTee.ShardNode.Storage;

/// <summary>A finished job of slot 0.</summary>
/// <param name="Finished">The JobFinished message.</param>
/// <param name="Outputs">One record per token, as streamed.</param>
/// <param name="RecordSize">Bytes of a record.</param>
internal sealed record StoredResult(byte[] Finished, byte[] Outputs, int RecordSize);
