using System.CommandLine;
using TeeTee.Cli.CommandLine;
using TeeTee.Gateway.Contracts;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;

namespace TeeTee.Cli.Commands;

/// <summary>The settings of a client that seals its prompts.</summary>
internal sealed class ConfidentialSettings
{
    private readonly Option<bool> _confidential;
    private readonly Option<string?> _auditTo;

    public ConfidentialSettings(Settings settings)
    {
        _confidential = settings.Flag(
            "--confidential", "Encrypt prompt and answer between this machine and the shards' enclaves. Needs --deployment and --chain-url: the first enclave's key is verified before anything is sent.");
        _auditTo = settings.Optional<string>(
            "--audit-to", "X25519 keys of verifiers (hex, with commas, at most three) that may read a confidential job and re-execute it; a verifier tells its own at /v1/info.");
        Symbols = [_confidential, _auditTo];
    }

    /// <summary>All of them, for the command.</summary>
    public IReadOnlyList<Symbol> Symbols { get; }

    /// <summary>How prompts are sealed, or null if they are not.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="link">With the contracts to ask, if any were given.</param>
    /// <exception cref="FailureException"><c>bad_setting</c>.</exception>
    public ConfidentialMode? Read(ParseResult parsed, SequencerLink link)
    {
        string? auditors = parsed.GetValue(_auditTo);
        if (!parsed.GetValue(_confidential))
            return auditors is null ? null : throw Bad("--audit-to needs --confidential: public jobs are read by everybody.");
        if (link.Facts is not { } facts)
            throw Bad("--confidential needs --deployment and --chain-url: without the contracts nobody can say whose key the prompt would be encrypted to.");
        Bytes32[] keys = [.. (auditors ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Key).Distinct()];
        return keys.Length <= ConfidentialMode.MostAuditors
            ? new ConfidentialMode([new ContractKeyVerification(facts)], keys)
            : throw Bad($"--audit-to names {keys.Length} keys; at most {ConfidentialMode.MostAuditors} may audit a job.");
    }

    private static Bytes32 Key(string text) =>
        Bytes32.TryParse(text.StartsWith("0x", StringComparison.Ordinal) ? text : "0x" + text, out Bytes32 key) && Attestation.Encryption.Hpke.IsRecipient(key.ToArray())
            ? key
            : throw Bad($"--audit-to: '{text}' is no X25519 public key of 32 bytes in hex.");

    private static FailureException Bad(string message) => new(ExitCode.Usage, "bad_setting", message);
}
