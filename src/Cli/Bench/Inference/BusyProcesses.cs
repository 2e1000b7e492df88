using System.Diagnostics;

namespace TeeTee.Cli.Bench.Inference;

/// <summary>Foreign work: processes that keep a core busy until they are disposed.</summary>
internal sealed class BusyProcesses : IDisposable
{
    private readonly List<Process> _processes = [];

    public BusyProcesses(int count)
    {
        for (int i = 0; i < count; i++)
            _processes.Add(Process.Start("/bin/sh", ["-c", "while :; do :; done"]));
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
