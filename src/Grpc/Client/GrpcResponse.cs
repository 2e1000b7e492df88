namespace TeeTee.Grpc;

/// <summary>The answer of a method with one response, with its metadata.</summary>
/// <typeparam name="T">The message.</typeparam>
/// <param name="Message">The response.</param>
/// <param name="Headers">What came before it.</param>
/// <param name="Trailers">What came with the status.</param>
public sealed record GrpcResponse<T>(T Message, GrpcMetadata Headers, GrpcMetadata Trailers);
