using Google.Protobuf;

namespace TeeTee.Grpc;

/// <summary>A method of a .proto service: its path on the wire, its kind and the messages it carries.</summary>
/// <typeparam name="TRequest">The generated request message.</typeparam>
/// <typeparam name="TResponse">The generated response message.</typeparam>
public sealed class GrpcMethod<TRequest, TResponse>
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    /// <summary>Describes a method.</summary>
    /// <param name="service">The full name, package included ("grpc.health.v1.Health").</param>
    /// <param name="name">The method's name ("Check").</param>
    /// <param name="type">Which sides are streams.</param>
    /// <param name="requestParser">The generated parser of the request.</param>
    /// <param name="responseParser">The generated parser of the response.</param>
    /// <exception cref="ArgumentException">A name is empty or holds what does not belong in an identifier.</exception>
    public GrpcMethod(
        string service,
        string name,
        GrpcMethodType type,
        MessageParser<TRequest> requestParser,
        MessageParser<TResponse> responseParser)
    {
        Service = Checked(service, nameof(service), dots: true);
        Name = Checked(name, nameof(name), dots: false);
        Type = type;
        RequestParser = requestParser ?? throw new ArgumentNullException(nameof(requestParser));
        ResponseParser = responseParser ?? throw new ArgumentNullException(nameof(responseParser));
        Path = $"/{service}/{name}";
    }

    /// <summary>The service's full name.</summary>
    public string Service { get; }

    /// <summary>The method's name within the service.</summary>
    public string Name { get; }

    /// <summary>Which sides are streams.</summary>
    public GrpcMethodType Type { get; }

    /// <summary>The HTTP path, "/service/method".</summary>
    public string Path { get; }

    /// <summary>Parses a request.</summary>
    public MessageParser<TRequest> RequestParser { get; }

    /// <summary>Parses a response.</summary>
    public MessageParser<TResponse> ResponseParser { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Type} {Path}";

    internal void Require(GrpcMethodType type)
    {
        if (Type != type)
            throw new ArgumentException($"The method {Path} is {Type}, used as {type}.");
    }

    private static string Checked(string value, string parameter, bool dots)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, parameter);
        if (value.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '_' && !(dots && c == '.')))
            throw new ArgumentException($"'{value}' is not the name of a service or method.", parameter);
        return value;
    }
}
