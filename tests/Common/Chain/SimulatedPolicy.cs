using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Testing;

/// <summary>What the contracts of a test network accept: quotes of a simulated PKI, from machines that run the given images.</summary>
internal static class SimulatedPolicy
{
    public static AttestationPolicy Of(SimulatedPki pki, params SimulatedMeasurements[] images)
    {
        using SimulatedQuoteSource machine = new(pki, images[0]);
        byte[] sample = machine.GetQuoteAsync(new byte[64], CancellationToken.None).GetAwaiter().GetResult();
        Assert.True(TdxQuote.TryParse(sample, out TdxQuote? quote, out _));
        SgxReport enclave = quote.Signature.QeReport;
        return new AttestationPolicy
        {
            Root = pki.Root,
            LooseningDelay = 0,
            Images = [.. images.Select(image => AttestedImage.Of(register => image[register])).Distinct()],
            Attributes = [QuotePolicy.SeptVeDisable],
            Platforms =
            [
                new TcbPolicy
                {
                    Fmspc = "53494d554c00",
                    SgxComponents = new byte[16],
                    TdxComponents = new byte[16],
                    ModuleSvns = new byte[32],
                    ModuleVersions = uint.MaxValue,
                    PceSvn = 0,
                    PceId = 0,
                    EvaluationNumber = 1,
                    ValidUntil = 4_000_000_000,
                },
            ],
            Enclave = new QuotingEnclave
            {
                MrSigner = new Bytes32(enclave.MrSigner.Span),
                Attributes = enclave.Attributes,
                AttributesMask = Enumerable.Repeat((byte)0xFF, 16).ToArray(),
                MiscSelect = enclave.MiscSelect,
                MiscSelectMask = new byte[4],
                IsvProdId = enclave.IsvProdId,
                IsvSvn = enclave.IsvSvn,
                EvaluationNumber = 1,
            },
        };
    }
}
