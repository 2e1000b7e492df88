using System.Text;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Cli.Bench.Fuzzing;

/// <summary>
/// Good inputs, made once by the simulated PKI and kept as files, so that the same seed gives the same inputs everywhere: two TD quotes, an SGX
/// quote, and collateral with a few revoked certificates.
/// </summary>
internal sealed class FuzzSamples
{
    private FuzzSamples()
    {
    }

    /// <summary>Quotes of versions 4, 5 (TDX) and 3 (SGX).</summary>
    public IReadOnlyList<byte[]> Quotes { get; } = [Read("td-v4.bin"), Read("td-v5.bin"), Read("sgx-v3.bin")];

    /// <summary>The JSON container.</summary>
    public byte[] Container { get; } = Read("collateral.json");

    /// <summary>The container's parts.</summary>
    public QuoteCollateral Collateral { get; private init; } = null!;

    /// <summary>DER of every certificate in quotes and collateral.</summary>
    public IReadOnlyList<byte[]> Certificates { get; private init; } = [];

    public static FuzzSamples Load()
    {
        FuzzSamples samples = new();
        if (!QuoteCollateral.TryParse(samples.Container, out QuoteCollateral? collateral, out string cause))
            throw new InvalidDataException($"The collateral sample is damaged: {cause}.");
        return new FuzzSamples
        {
            Collateral = collateral,
            Certificates = [.. samples.Quotes.Take(2).SelectMany(ChainOf), .. Certificates64(collateral.PckCrlIssuerChain), .. Certificates64(collateral.TcbInfoIssuerChain)],
        };
    }

    private static IEnumerable<byte[]> ChainOf(byte[] quote) => TdxQuote.TryParse(quote, out TdxQuote? parsed, out QuoteError? error)
        ? Certificates64(parsed.Signature.PckChainPem)
        : throw new InvalidDataException($"A quote sample is damaged: {error}.");

    private static IEnumerable<byte[]> Certificates64(ReadOnlyMemory<byte> pem)
    {
        string[] parts = Encoding.ASCII.GetString(pem.Span).Split("-----", StringSplitOptions.RemoveEmptyEntries);
        return parts.Where((_, i) => i > 0 && parts[i - 1] == "BEGIN CERTIFICATE").Select(Convert.FromBase64String);
    }

    private static byte[] Read(string name)
    {
        using Stream stream = typeof(FuzzSamples).Assembly.GetManifestResourceStream($"TeeTee.Cli.Bench.Fuzzing.Samples.{name}")
            ?? throw new InvalidDataException($"The sample {name} is not in the program.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
