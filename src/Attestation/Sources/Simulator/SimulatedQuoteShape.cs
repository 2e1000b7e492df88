using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>How a simulated quote departs from the ordinary one; what tests forge, correctly signed.</summary>
internal sealed record SimulatedQuoteShape
{
    /// <summary>The ordinary quote: version 4 with a TD report 1.0.</summary>
    public static SimulatedQuoteShape Ordinary { get; } = new();

    /// <summary>3 (SGX only), 4 (TD report 1.0 or SGX) or 5.</summary>
    public int Version { get; init; } = 4;

    /// <summary>Type of the body.</summary>
    public QuoteBodyType BodyType { get; init; } = QuoteBodyType.TdReport10;

    /// <summary>Whether a TD is quoted rather than an SGX enclave.</summary>
    public bool IsTdx => BodyType != QuoteBodyType.SgxReport;

    /// <summary>Changes to the report before it is signed.</summary>
    public Action<Memory<byte>> EditReport { get; init; } = _ => { };

    /// <summary>Changes to the QE report before it is signed.</summary>
    public Action<Memory<byte>> EditQeReport { get; init; } = _ => { };

    /// <summary>Authentication data of the quoting enclave.</summary>
    public ReadOnlyMemory<byte> AuthenticationData { get; init; } =
        Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
}
