using System.Diagnostics;

namespace TeeTee.Cli.Devnet;

/// <summary>A child process that is kept running: its output goes to a log file, its end is followed by a new start with growing pauses, and it dies with this process.</summary>
/// <remarks>
/// The child's standard input is a pipe that this process never writes to. When this process ends in any way, SIGKILL included, the kernel closes
/// the pipe; services stop on its end (ParentWatch), anvil is watched by a shell that does the same for it.
/// </remarks>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_healthyAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly string _file;
    private readonly IReadOnlyList<string> _arguments;
    private readonly string _log;
    private readonly Action<string> _progress;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _supervision;
    private Process _process;

    private ServiceProcess(string name, string file, IReadOnlyList<string> arguments, string log, Action<string> progress)
    {
        (Name, _file, _arguments, _log, _progress) = (name, file, arguments, log, progress);
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        _process = Launch();
        _supervision = SuperviseAsync();
    }

    /// <summary>Short name for people and logs.</summary>
    public string Name { get; }

    /// <summary>Id of the running process; changes when it is restarted.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Times that the process was started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>Starts one of TeeTee's own services: this program again with other arguments.</summary>
    public static ServiceProcess StartSelf(string name, IEnumerable<string> arguments, string log, Action<string> progress)
    {
        string host = Environment.ProcessPath!;
        string assembly = typeof(ServiceProcess).Assembly.Location;
        bool isDotnet = Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return new ServiceProcess(name, host, isDotnet ? [assembly, .. arguments] : [.. arguments], log, progress);
    }

    /// <summary>Starts a program that knows nothing of its parent, under a POSIX shell that ends it when the pipe to this process does.</summary>
    public static ServiceProcess StartWatched(string name, string file, IEnumerable<string> arguments, string log, Action<string> progress)
    {
        // File descriptor 3 keeps the pipe, because a shell gives its background jobs /dev/null as standard input.
        const string Watcher = """
            exec 3<&0
            "$@" 3<&- </dev/null &
            child=$!
            trap 'kill -KILL $child 2>/dev/null; exit 143' TERM INT
            (cat <&3 >/dev/null; kill -TERM $child 2>/dev/null; sleep 3; kill -KILL $child 2>/dev/null) &
            watcher=$!
            wait $child
            code=$?
            kill $watcher 2>/dev/null
            exit $code
            """;
        return new ServiceProcess(name, "/bin/sh", ["-c", Watcher, name, file, .. arguments], log, progress);
    }

    /// <summary>The end of the log, for a message about a service that does not come up.</summary>
    public string LogTail()
    {
        try
        {
            using FileStream file = new(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.Seek(-Math.Min(file.Length, 2_000), SeekOrigin.End);
            using StreamReader reader = new(file);
            return reader.ReadToEnd().Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>From now on an end of the child is not followed by a new start.</summary>
    public void StopRestarting() => _stopping.Cancel();

    /// <summary>Closes the pipe, waits for the child to stop by itself, and kills what is left of it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _supervision.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Process process = _process;
        try
        {
            process.StandardInput.Close();
            using CancellationTokenSource patience = new(s_patience);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        catch (IOException)
        {
            // The child had ended and its pipe with it.
        }
        process.Dispose();
        _stopping.Dispose();
    }

    private async Task SuperviseAsync()
    {
        TimeSpan pause = s_firstPause;
        while (!_stopping.IsCancellationRequested)
        {
            long started = Stopwatch.GetTimestamp();
            await _process.WaitForExitAsync(_stopping.Token).ConfigureAwait(false);
            if (Stopwatch.GetElapsedTime(started) > s_healthyAfter)
                pause = s_firstPause;
            // Ctrl+C reaches the children too: whoever stops the network has this long to say so.
            await Task.Delay(pause, _stopping.Token).ConfigureAwait(false);
            _progress($"{Name} ended with code {_process.ExitCode}; starting it again (log: {_log})");
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            _process.Dispose();
            _process = Launch();
            Restarts++;
        }
    }

    private Process Launch()
    {
        ProcessStartInfo start = new(_file, _arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{_file} did not start.");
        _ = CopyAsync(process.StandardOutput.BaseStream);
        _ = CopyAsync(process.StandardError.BaseStream);
        return process;
    }

    private async Task CopyAsync(Stream output)
    {
        await using FileStream log = new(_log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 1);
        await output.CopyToAsync(log).ConfigureAwait(false);
    }
}
