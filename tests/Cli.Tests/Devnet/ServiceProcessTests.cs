using System.Collections.Concurrent;
using System.Diagnostics;
using TeeTee.Cli.Devnet;

namespace TeeTee.Cli.Tests.Devnet;

public sealed class ServiceProcessTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-service-").FullName;
    private readonly ConcurrentQueue<string> _progress = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Service_Killed_IsStartedAgainAndCounted()
    {
        await using ServiceProcess service = Watched("echo started; exec sleep 600");
        int first = service.ProcessId;
        await UntilAsync(() => Starts(service) == 1);

        using (Process process = Process.GetProcessById(first))
            process.Kill();
        await UntilAsync(() => service.Restarts == 1 && Starts(service) == 2);

        Assert.NotEqual(first, service.ProcessId);
        Assert.Contains(_progress, line => line.Contains("code 137", StringComparison.Ordinal));
    }

    [Fact]
    public async Task DisposeAsync_ProgramThatIgnoresItsInput_EndsIt()
    {
        string pidFile = Path.Combine(_folder, "pid");
        int child;
        await using (ServiceProcess service = Watched($"echo $$ > {pidFile}; exec sleep 600"))
        {
            await UntilAsync(() => File.Exists(pidFile) && File.ReadAllText(pidFile).Length > 1);
            child = int.Parse(File.ReadAllText(pidFile), System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(Directory.Exists($"/proc/{child}"));
        }

        await UntilAsync(() => !Directory.Exists($"/proc/{child}"));
    }

    [Fact]
    public async Task Service_EndsAtOnce_PausesGrow()
    {
        await using ServiceProcess service = Watched("echo failed; exit 3");
        long started = Stopwatch.GetTimestamp();

        await UntilAsync(() => service.Restarts >= 3);

        // 0.3 + 0.6 + 1.2 s: a broken service does not spin.
        Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(2));
        Assert.Contains("failed", service.LogTail(), StringComparison.Ordinal);
    }

    private static int Starts(ServiceProcess service) => service.LogTail().Split("started").Length - 1;

    private ServiceProcess Watched(string script) =>
        ServiceProcess.StartWatched("service", "/bin/sh", ["-c", script], Path.Combine(_folder, "logs", "service.log"), _progress.Enqueue);

    private static async Task UntilAsync(Func<bool> holds)
    {
        long started = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < s_limit);
            await Task.Delay(20);
        }
    }
}
