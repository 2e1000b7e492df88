using System.Text.Json.Nodes;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;

namespace TeeTee.Sequencer.Attestations;

/// <summary>What the verdict on a shard's quote lets the sequencer claim about the shard, in ACI's words. Pure; what was not checked is unknown, never asserted.</summary>
internal static class AciClaims
{
    private static readonly TdMeasurement[] s_system = [TdMeasurement.MrTd, TdMeasurement.Rtmr0, TdMeasurement.Rtmr1, TdMeasurement.Rtmr2];
    private static readonly TdMeasurement[] s_application = [TdMeasurement.Rtmr3, TdMeasurement.MrConfigId];

    /// <summary>The claims of an accepted quote.</summary>
    public static JsonObject Of(QuoteVerdict verdict, QuotePolicy policy) => new()
    {
        ["tee_attested"] = verdict.Simulated
            ? Claim("refuted", "verifier_derived", "the quote leads to a simulated root: it proves no hardware")
            : Claim("asserted", "hardware_proven", "the quote leads to Intel's root and passed every check"),
        ["gpu_attested"] = Claim("unknown", "verifier_derived", "the computation runs on CPUs; there is no GPU to attest"),
        ["tcb_up_to_date"] = TcbClaim(verdict),
        ["os_known_good"] = MeasurementClaim(policy, s_system),
        ["serving_software_known_good"] = MeasurementClaim(policy, s_application),
        ["model_weights_provenance"] = Claim("unknown", "verifier_derived",
            "the model id commits to every weight, and verifiers re-execute answers against it; a quote alone proves no weights"),
        ["extra"] = new JsonObject(),
    };

    private static JsonObject TcbClaim(QuoteVerdict verdict) => verdict switch
    {
        { Simulated: true } => Claim("unknown", "verifier_derived", "a simulated platform has no TCB level that Intel knows"),
        { Status: null } => Claim("unknown", "verifier_derived", "no TCB level was judged"),
        { Status: TcbStatus.UpToDate } => Claim("asserted", "hardware_proven", "UpToDate"),
        _ => Claim("refuted", "hardware_proven", string.Join(' ', verdict.Advisories.Prepend($"{verdict.Status}"))),
    };

    private static JsonObject MeasurementClaim(QuotePolicy policy, TdMeasurement[] registers) => registers.All(policy.AllowedMeasurements.ContainsKey)
        ? Claim("asserted", "verifier_derived", $"{string.Join(", ", registers)} are on this sequencer's allow-list")
        : Claim("unknown", "verifier_derived", $"this sequencer has no allow-list of {string.Join(", ", registers)}");

    private static JsonObject Claim(string status, string source, string reason) => new() { ["status"] = status, ["source"] = source, ["reason"] = reason };
}
