using System.Diagnostics;
using System.Globalization;

namespace TeeTee.Hosting.Tests;

/// <summary>A running <see cref="ChildProgram"/>.</summary>
internal sealed class Child : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private Child(Process process, Task<string> errors) => (_process, _errors) = (process, errors);

    /// <summary>What it logged, once it has ended.</summary>
    public Task<string> ErrorsAsync() => _errors.WaitAsync(s_limit);

    public static Child Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [typeof(ChildProgram).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        return new Child(process, process.StandardError.ReadToEndAsync());
    }

    public Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(s_limit);

    public void CloseInput() => _process.StandardInput.Close();

    public void Kill() => _process.Kill();

    public void Terminate()
    {
        using Process kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {_process.Id.ToString(CultureInfo.InvariantCulture)}"]);
        Assert.True(kill.WaitForExit(s_limit));
    }

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(s_limit);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
