using TeeTee.Hosting.Failures;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tokenization;

namespace TeeTee.Cli.Commands;

/// <summary>Opens model files for commands: every way a file can be wrong becomes one clear failure with exit code <see cref="ExitCode.Model"/>.</summary>
internal static class ModelFiles
{
    /// <summary>Opens a whole model.</summary>
    public static CanonicalModel OpenModel(string path, ModelStoreOptions options) => Guard(path, () => ModelStore.Open(path, options));

    /// <summary>Opens a GGUF file of any kind.</summary>
    public static GgufFile OpenGguf(string path) => Guard(path, () => GgufFile.Open(path));

    /// <summary>Runs work on a model file under the same guard.</summary>
    public static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception fault) when (fault is GgufException or ModelException or TokenizerException)
        {
            throw new FailureException(ExitCode.Model, "bad_model", $"{path}: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Model, "model_unreadable", $"{path} cannot be read: {fault.Message}", fault);
        }
    }
}
