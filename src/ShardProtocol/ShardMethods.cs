using TeeTee.Grpc;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardProtocol;

/// <summary>The methods of <c>teetee.shard.v1.Shard</c>; what each does is said in shard.proto.</summary>
public static class ShardMethods
{
    /// <summary>The service's full name.</summary>
    public const string Service = "teetee.shard.v1.Shard";

    public static GrpcMethod<HandshakeRequest, HandshakeReply> Handshake { get; } =
        new(Service, nameof(Handshake), GrpcMethodType.Unary, HandshakeRequest.Parser, HandshakeReply.Parser);

    public static GrpcMethod<OpenJobRequest, JobEvent> OpenJob { get; } =
        new(Service, nameof(OpenJob), GrpcMethodType.ServerStreaming, OpenJobRequest.Parser, JobEvent.Parser);

    public static GrpcMethod<CancelJobRequest, CancelJobReply> CancelJob { get; } =
        new(Service, nameof(CancelJob), GrpcMethodType.Unary, CancelJobRequest.Parser, CancelJobReply.Parser);

    public static GrpcMethod<LinkFrame, LinkFrame> Link { get; } =
        new(Service, nameof(Link), GrpcMethodType.DuplexStreaming, LinkFrame.Parser, LinkFrame.Parser);

    public static GrpcMethod<GetEpochsRequest, GetEpochsReply> GetEpochs { get; } =
        new(Service, nameof(GetEpochs), GrpcMethodType.Unary, GetEpochsRequest.Parser, GetEpochsReply.Parser);

    public static GrpcMethod<GetReceiptsRequest, GetReceiptsReply> GetReceipts { get; } =
        new(Service, nameof(GetReceipts), GrpcMethodType.Unary, GetReceiptsRequest.Parser, GetReceiptsReply.Parser);

    public static GrpcMethod<GetAttestationRequest, GetAttestationReply> GetAttestation { get; } =
        new(Service, nameof(GetAttestation), GrpcMethodType.Unary, GetAttestationRequest.Parser, GetAttestationReply.Parser);
}
