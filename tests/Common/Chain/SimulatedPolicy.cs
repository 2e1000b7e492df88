using TeeTee.Attestation.Sources.Simulator;
using TeeTee.RollupContracts;

namespace TeeTee.Testing;

/// <summary>What the contracts of a test network accept: quotes of a simulated PKI, from machines that run the given images.</summary>
internal static class SimulatedPolicy
{
    public static AttestationPolicy Of(SimulatedPki pki, params SimulatedMeasurements[] images) => AttestationPolicy.FromCollateral(
        pki.Root, pki.Collateral(TimeProvider.System.GetUtcNow()), images.Select(image => AttestedImage.Of(register => image[register])), 0);
}
