namespace TeeTee.Grpc;

/// <summary>How a call ended: a code, and for a failure a text for the developer at the other end.</summary>
/// <param name="Code">The code on the wire.</param>
/// <param name="Message">Any Unicode text; empty for <see cref="GrpcStatusCode.Ok"/>.</param>
public readonly record struct GrpcStatus(GrpcStatusCode Code, string Message)
{
    /// <summary>The status of a call that succeeded.</summary>
    public static GrpcStatus Ok { get; } = new(GrpcStatusCode.Ok, "");

    /// <summary>Whether the call succeeded.</summary>
    public bool IsOk => Code == GrpcStatusCode.Ok;
}
