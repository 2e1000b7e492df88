using System.CommandLine;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Cli.CommandLine;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Contracts;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Commands;

/// <summary>The settings of a client that seals its prompts.</summary>
internal sealed class ConfidentialSettings
{
    private readonly Option<bool> _confidential;
    private readonly Option<string?> _auditTo;
    private readonly Option<string?> _trustedRoot;
    private readonly Option<string?> _collateral;
    private readonly Option<string?> _policy;

    public ConfidentialSettings(Settings settings)
    {
        _confidential = settings.Flag(
            "--confidential", "Encrypt prompt and answer between this machine and the shards' enclaves. Needs --deployment and --chain-url: keys are checked against the contracts and fresh quotes before anything is sent.");
        _auditTo = settings.Optional<string>(
            "--audit-to", "X25519 keys of verifiers (hex, with commas, at most three) that may read a confidential job and re-execute it; a verifier tells its own at /v1/info.");
        _trustedRoot = settings.Optional<string>("--trusted-root", "With --confidential: PEM certificate that the enclaves' quotes must lead to; Intel's root if absent. Another root proves no hardware.");
        _collateral = settings.Optional<string>("--collateral",
            $"With --confidential: collateral to judge the quotes by; {SimulatedPki.CollateralFile} beside --trusted-root, else the report's own if absent, which is believed for its signatures only.");
        _policy = settings.Optional<string>("--policy", "With --confidential: JSON file with further rules for quotes (docs/attestation.md).");
        Symbols = [_confidential, _auditTo, _trustedRoot, _collateral, _policy];
    }

    /// <summary>All of them, for the command.</summary>
    public IReadOnlyList<Symbol> Symbols { get; }

    /// <summary>How prompts are sealed, or null if they are not.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="link">With the contracts to ask, if any were given.</param>
    /// <param name="deployment">The contracts that are trusted, if any were given.</param>
    /// <exception cref="FailureException"><c>bad_setting</c>, <c>bad_trusted_root</c>, <c>bad_collateral</c>, or what reading the policy throws.</exception>
    public ConfidentialMode? Read(ParseResult parsed, SequencerLink link, Deployment? deployment)
    {
        string? auditors = parsed.GetValue(_auditTo);
        if (!parsed.GetValue(_confidential))
            return auditors is null ? null : throw Bad("--audit-to needs --confidential: public jobs are read by everybody.");
        if (link.Facts is not { } facts || deployment is null)
            throw Bad("--confidential needs --deployment and --chain-url: without the contracts nobody can say whose key the prompt would be encrypted to.");
        Bytes32[] keys = [.. (auditors ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Key).Distinct()];
        return keys.Length <= ConfidentialMode.MostAuditors
            ? new ConfidentialMode([new ContractKeyVerification(facts), new AttestedKeyVerification(link.Jobs, Trust(parsed, deployment), TimeProvider.System)], keys)
            : throw Bad($"--audit-to names {keys.Length} keys; at most {ConfidentialMode.MostAuditors} may audit a job.");
    }

    private AttestationTrust Trust(ParseResult parsed, Deployment deployment)
    {
        TrustedRoot root = ServiceSettings.TrustedRoot(parsed.GetValue(_trustedRoot));
        QuotePolicy policy = parsed.GetValue(_policy) is { } rules ? SettingFiles.LoadPolicy(rules) : new QuotePolicy();
        return new AttestationTrust(
            root, policy with { AllowSimulated = root.IsSimulated },
            ServiceSettings.FindCollateral(parsed.GetValue(_collateral), parsed.GetValue(_trustedRoot)), deployment.Domain());
    }

    private static Bytes32 Key(string text) =>
        Bytes32.TryParse(text.StartsWith("0x", StringComparison.Ordinal) ? text : "0x" + text, out Bytes32 key) && TeeTee.Attestation.Encryption.Hpke.IsRecipient(key.ToArray())
            ? key
            : throw Bad($"--audit-to: '{text}' is no X25519 public key of 32 bytes in hex.");

    private static FailureException Bad(string message) => new(ExitCode.Usage, "bad_setting", message);
}
