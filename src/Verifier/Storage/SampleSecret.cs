using System.Security.Cryptography;
using TeeTee.Hosting.Failures;

namespace TeeTee.Verifier.Storage;

/// <summary>The 32 bytes that keep the draw of samples from the sequencer. They lie beside the state file, readable by the owner alone.</summary>
internal static class SampleSecret
{
    private const int Size = 32;

    /// <exception cref="FailureException"><c>state_unusable</c>.</exception>
    public static byte[] LoadOrCreate(string? stateFile)
    {
        if (stateFile is null)
            return RandomNumberGenerator.GetBytes(Size);
        string path = stateFile + ".secret";
        try
        {
            if (!File.Exists(path))
                AtomicFile.Write(path, RandomNumberGenerator.GetBytes(Size), AtomicFile.Private, overwrite: false);
            byte[] secret = File.ReadAllBytes(path);
            return secret.Length == Size
                ? secret
                : throw new FailureException(ExitCode.Configuration, "state_unusable", $"{path} has {secret.Length} bytes instead of {Size}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, "state_unusable", $"{path}: {e.Message}", e);
        }
    }
}
