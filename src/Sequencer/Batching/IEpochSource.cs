using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Batching;

/// <summary>A shard as far as its sealed epochs go.</summary>
internal interface IEpochSource
{
    /// <summary>What logs call it.</summary>
    string Name { get; }

    /// <summary>Sealed epochs from one on. Nothing in the reply is trusted.</summary>
    Task<GetEpochsReply> GetEpochsAsync(GetEpochsRequest request, CancellationToken cancellationToken);
}
