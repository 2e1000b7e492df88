namespace TeeTee.Testing;

/// <summary>Finds the project's own files from a test, wherever its assembly was built.</summary>
internal static class Repository
{
    /// <summary>The folder that holds TeeTee.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Real checkpoints and quotes beside the project; absent in a fresh clone elsewhere.</summary>
    public static string Shared { get; } = Path.GetFullPath(Path.Combine(Root, "..", "shared"));

    /// <summary>A path inside the project.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>An executable that `npm ci` put into node_modules.</summary>
    public static string NodeTool(string package, string file) => PathOf("node_modules", package, "bin", file);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TeeTee.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new InvalidOperationException($"No TeeTee.sln above {AppContext.BaseDirectory}.");
    }
}
