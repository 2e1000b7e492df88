namespace TeeTee.Testing;

/// <summary>A fact that needs a file below ../shared and is reported as skipped where that is absent.</summary>
internal sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute(string relativePath) =>
        Skip = Conditions.Missing(Path.Combine(Repository.Shared, relativePath));
}

/// <summary>A theory that needs a file below ../shared and is reported as skipped where that is absent.</summary>
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute(string relativePath) =>
        Skip = Conditions.Missing(Path.Combine(Repository.Shared, relativePath));
}

/// <summary>A fact that needs a program that no package of the project brings (Python's grpcio, say).</summary>
internal sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(string program, params string[] probe) =>
        Skip = Conditions.Fails(program, probe);
}

internal static class Conditions
{
    public static string? Missing(string path) =>
        File.Exists(path) || Directory.Exists(path) ? null : $"{path} is absent";

    public static string? Fails(string program, string[] arguments)
    {
        try
        {
            System.Diagnostics.ProcessStartInfo start = new(program, arguments)
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            using var process = System.Diagnostics.Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"{program} {string.Join(' ', arguments)} failed";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return $"{program} is not installed";
        }
    }
}
