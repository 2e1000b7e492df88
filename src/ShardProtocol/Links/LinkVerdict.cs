using System.Diagnostics.CodeAnalysis;
using TeeTee.Attestation.Tls;

namespace TeeTee.ShardProtocol.Links;

/// <summary>Who presented a certificate, or why nobody is believed.</summary>
public sealed record LinkVerdict
{
    private LinkVerdict(LinkCaller? caller, PeerError? error, DateTimeOffset expires, TimeSpan validity) =>
        (Caller, Error, Expires, Validity) = (caller, error, expires, validity);

    /// <summary>Whether the caller is known.</summary>
    [MemberNotNullWhen(true, nameof(Caller))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Accepted => Error is null;

    /// <summary>Who it is.</summary>
    public LinkCaller? Caller { get; }

    /// <summary>Why it was refused.</summary>
    public PeerError? Error { get; }

    /// <summary>The last moment at which the proof holds; the connection ends then at the latest.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>How long the certificate is valid from start to end.</summary>
    public TimeSpan Validity { get; }

    public static LinkVerdict Of(LinkCaller caller, DateTimeOffset expires, TimeSpan validity) => new(caller, null, expires, validity);

    public static LinkVerdict Refuse(PeerError error) => new(null, error, DateTimeOffset.MinValue, TimeSpan.Zero);
}
