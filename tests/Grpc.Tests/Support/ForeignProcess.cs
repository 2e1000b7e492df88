using System.Diagnostics;

namespace TeeTee.Grpc.Tests.Support;

/// <summary>A script of another language's gRPC, killed with the test and ended by our own death.</summary>
internal sealed class ForeignProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private ForeignProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static ForeignProcess Node(string script, params string[] arguments) =>
        Start("node", Repository.PathOf("tests", "Grpc.Tests", "Node", script), arguments);

    public static ForeignProcess Python(string script, params string[] arguments) =>
        Start("/usr/bin/python3", Repository.PathOf("tests", "Grpc.Tests", "Python", script), arguments);

    /// <summary>The next line of the script's output.</summary>
    public async Task<string> ReadLineAsync()
    {
        string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(45));
        return line ?? throw new InvalidOperationException($"The script ended: {await _errors.Within()}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().Within();
        _process.Dispose();
    }

    private static ForeignProcess Start(string program, string script, string[] arguments)
    {
        ProcessStartInfo start = new(program, [script, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        return new ForeignProcess(Process.Start(start)!);
    }
}
