using TeeTee.Grpc.Tests.Messages;

namespace TeeTee.Grpc.Tests.Support;

internal static class EchoMethods
{
    public static readonly GrpcMethod<EchoMessage, EchoMessage> Unary = Method("Unary", GrpcMethodType.Unary);
    public static readonly GrpcMethod<EchoMessage, EchoMessage> Expand = Method("Expand", GrpcMethodType.ServerStreaming);
    public static readonly GrpcMethod<EchoMessage, EchoMessage> Collect = Method("Collect", GrpcMethodType.ClientStreaming);
    public static readonly GrpcMethod<EchoMessage, EchoMessage> Chat = Method("Chat", GrpcMethodType.DuplexStreaming);
    public static readonly GrpcMethod<EchoMessage, EchoMessage> Missing = Method("Missing", GrpcMethodType.Unary);

    private static GrpcMethod<EchoMessage, EchoMessage> Method(string name, GrpcMethodType type) =>
        new("teetee.test.Echo", name, type, EchoMessage.Parser, EchoMessage.Parser);
}
