using System.Globalization;
using TeeTee.Cli.CommandLine;

namespace TeeTee.Cli.Commands;

/// <summary>Says every tenth of a long work, once; reports may come from any thread and out of order.</summary>
internal sealed class ShareProgress(CommandConsole console, long total) : IProgress<long>
{
    private readonly Lock _lock = new();
    private long _tenths;

    public void Report(long done)
    {
        long tenths = total == 0 ? 10 : done * 10 / total;
        lock (_lock)
        {
            if (tenths <= _tenths)
                return;
            _tenths = tenths;
            console.Progress(string.Create(CultureInfo.InvariantCulture, $"{tenths * 10} %: {done:N0} of {total:N0} bytes"));
        }
    }
}
