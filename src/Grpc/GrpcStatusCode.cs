namespace TeeTee.Grpc;

/// <summary>The status codes of gRPC (doc/statuscodes.md of the grpc project), with their numbers on the wire.</summary>
public enum GrpcStatusCode
{
    /// <summary>The call succeeded.</summary>
    Ok = 0,

    /// <summary>The call was given up, typically by its caller.</summary>
    Cancelled = 1,

    /// <summary>An error without a code, such as an exception in a handler.</summary>
    Unknown = 2,

    /// <summary>The arguments are wrong whatever the state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call ended; its effect may have happened nevertheless.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be created exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota, a size limit or another resource is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that the call needs; do not repeat before that is repaired.</summary>
    FailedPrecondition = 9,

    /// <summary>The call lost against a concurrent one; repeat at a higher level.</summary>
    Aborted = 10,

    /// <summary>The call went past the end of what exists now.</summary>
    OutOfRange = 11,

    /// <summary>The method, or the compression it was sent with, is not supported here.</summary>
    Unimplemented = 12,

    /// <summary>An invariant is broken, the peer's framing included.</summary>
    Internal = 13,

    /// <summary>The service cannot be reached now; repeating with a pause is sound.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or corrupt beyond repair.</summary>
    DataLoss = 15,

    /// <summary>The caller's credentials are absent or wrong.</summary>
    Unauthenticated = 16,
}
