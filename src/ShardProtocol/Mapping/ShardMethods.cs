using TeeTee.Grpc;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardProtocol.Mapping;

/// <summary>The methods of <c>teetee.shard.v1.Shard</c>, for clients and servers.</summary>
public static class ShardMethods
{
    /// <summary>The full name of the service, as health checks name it.</summary>
    public const string Service = "teetee.shard.v1.Shard";

    /// <summary>Compares identities.</summary>
    public static GrpcMethod<HandshakeRequest, HandshakeReply> Handshake { get; } = new(
        Service, "Handshake", GrpcMethodType.Unary, HandshakeRequest.Parser, HandshakeReply.Parser);

    /// <summary>Starts a job or attaches to it.</summary>
    public static GrpcMethod<OpenJobRequest, JobEvent> OpenJob { get; } = new(
        Service, "OpenJob", GrpcMethodType.ServerStreaming, OpenJobRequest.Parser, JobEvent.Parser);

    /// <summary>Ends a job at the count that its user signed.</summary>
    public static GrpcMethod<CancelJobRequest, CancelJobReply> CancelJob { get; } = new(
        Service, "CancelJob", GrpcMethodType.Unary, CancelJobRequest.Parser, CancelJobReply.Parser);

    /// <summary>The stream between two shards.</summary>
    public static GrpcMethod<LinkFrame, LinkFrame> Link { get; } = new(
        Service, "Link", GrpcMethodType.DuplexStreaming, LinkFrame.Parser, LinkFrame.Parser);

    /// <summary>Sealed epochs with their quotes.</summary>
    public static GrpcMethod<GetEpochsRequest, GetEpochsReply> GetEpochs { get; } = new(
        Service, "GetEpochs", GrpcMethodType.Unary, GetEpochsRequest.Parser, GetEpochsReply.Parser);

    /// <summary>Receipts by job id.</summary>
    public static GrpcMethod<GetReceiptsRequest, GetReceiptsReply> GetReceipts { get; } = new(
        Service, "GetReceipts", GrpcMethodType.Unary, GetReceiptsRequest.Parser, GetReceiptsReply.Parser);
}
