using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Devnet;

/// <summary>Finds the bundled model: in the project that this program was built from, or beside the program.</summary>
internal static class DemoModel
{
    private static readonly string s_relative = Path.Combine("models", "demo", "teetee-demo.gguf");

    /// <exception cref="FailureException"><c>model_unreadable</c>.</exception>
    public static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, s_relative);
            if (File.Exists(path))
                return path;
        }
        throw new FailureException(ExitCode.Model, "model_unreadable", $"{s_relative} is not beside the program; give --model FILE.");
    }
}
