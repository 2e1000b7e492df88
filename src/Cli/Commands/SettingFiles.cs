using TeeTee.Attestation.Verification;
using TeeTee.Cli.Commands.Quotes;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Commands;

/// <summary>Reads the files that settings name; each way a file can be wrong is one failure with exit code <see cref="ExitCode.Configuration"/>.</summary>
internal static class SettingFiles
{
    private const int MaxPolicySize = 65_536;

    /// <summary>A key file of either kind.</summary>
    /// <exception cref="FailureException"><c>bad_key_file</c>.</exception>
    public static PrivateKey LoadKey(string path, string? passwordFile)
    {
        try
        {
            return KeyFile.Load(path, passwordFile);
        }
        catch (KeyFileException fault)
        {
            throw new FailureException(ExitCode.Configuration, "bad_key_file", fault.Message, fault);
        }
    }

    /// <summary>A deployment.json.</summary>
    /// <exception cref="FailureException"><c>bad_deployment</c>.</exception>
    public static async Task<Deployment> LoadDeploymentAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await Deployment.LoadAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, "bad_deployment", $"{path} is no readable deployment: {fault.Message}", fault);
        }
    }

    /// <summary>A policy for quotes (docs/attestation.md).</summary>
    /// <exception cref="FailureException"><c>bad_policy</c>.</exception>
    public static QuotePolicy LoadPolicy(string path) =>
        QuotePolicy.TryParse(QuoteFile.ReadBounded(path, MaxPolicySize, "bad_policy"), out QuotePolicy? policy, out string cause)
            ? policy
            : throw new FailureException(ExitCode.Configuration, "bad_policy", $"{path} is no policy: {cause}.");
}
