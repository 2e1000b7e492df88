using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Devnet;

/// <summary>Finds anvil: <c>TEETEE_ANVIL</c>, else what the front door installed beside the program, else the search path.</summary>
internal static class AnvilBinary
{
    private const string Package = "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";

    /// <summary>The path of the program. It is started directly, never through npm's wrapper, which would outlive its parent.</summary>
    /// <exception cref="FailureException"><c>anvil_missing</c>.</exception>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable("TEETEE_ANVIL") is { Length: > 0 } given)
            return given;
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, Package);
            if (File.Exists(path))
                return path;
        }
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            string path = Path.Combine(folder, "anvil");
            if (File.Exists(path))
                return path;
        }
        throw new FailureException(ExitCode.Configuration, "anvil_missing", "anvil is not installed. Start through ./teetee, which installs it, set TEETEE_ANVIL, or give --chain.");
    }
}
