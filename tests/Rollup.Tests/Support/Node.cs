using System.Diagnostics;

namespace TeeTee.Rollup.Tests.Support;

/// <summary>Runs one script of the test project under node, with the project's node_modules.</summary>
internal static class Node
{
    public static string Run(string script, string input)
    {
        string path = Repository.PathOf("tests", "Rollup.Tests", "Node", script);
        ProcessStartInfo start = new("node", [path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
            process.Kill();
        Assert.True(process.ExitCode == 0, error.Result);
        return output.Result;
    }
}
