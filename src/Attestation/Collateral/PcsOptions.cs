using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Collateral;

/// <summary>Where a <see cref="PcsClient"/> asks, and how patiently.</summary>
public sealed record PcsOptions
{
    /// <summary>
    /// Base addresses of certification services or their caches, asked in this order until one gives everything. With or without the path
    /// <c>/sgx/certification/v4</c>. There is no default: which service is asked is the operator's choice.
    /// </summary>
    public required IReadOnlyList<Uri> BaseUrls { get; init; }

    /// <summary>Which evaluation is asked for.</summary>
    public TcbUpdate Update { get; init; } = TcbUpdate.Standard;

    /// <summary>
    /// Where the root's revocation list is, if the services do not have it under <c>rootcacrl</c> as caches do. Without it the address in the
    /// root certificate is asked, if that certificate is <see cref="Root"/>'s.
    /// </summary>
    public Uri? RootCrlUrl { get; init; }

    /// <summary>Whose signatures count.</summary>
    public TrustedRoot Root { get; init; } = TrustedRoot.Intel;

    /// <summary>Time for one request, from connecting to the last byte.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Bytes of the largest answer.</summary>
    public int MaxResponseBytes { get; init; } = 1 << 20;

    /// <summary>Kibibytes of headers; chains come in them.</summary>
    public int MaxHeaderKibibytes { get; init; } = 64;
}
