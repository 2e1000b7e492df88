namespace TeeTee.Grpc;

/// <summary>Which sides of a method are streams.</summary>
public enum GrpcMethodType
{
    /// <summary>One request, one response.</summary>
    Unary,

    /// <summary>One request, any number of responses.</summary>
    ServerStreaming,

    /// <summary>Any number of requests, one response.</summary>
    ClientStreaming,

    /// <summary>Any number of each, in any interleaving.</summary>
    DuplexStreaming,
}
