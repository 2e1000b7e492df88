using System.CommandLine;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Gguf;

namespace TeeTee.Cli.Commands;

/// <summary>The options of commands that write a GGUF file, and what can go wrong with it.</summary>
/// <param name="settings">Makes options.</param>
/// <param name="types">Types that matrices can be written in.</param>
/// <param name="typeHelp">What <c>--type</c> says behind its names.</param>
/// <param name="threadHelp">What the threads do.</param>
internal sealed class GgufOutputSettings(Settings settings, IReadOnlyList<GgufType> types, string typeHelp, string threadHelp)
{
    private const int MaxThreads = 1 << 10;

    private readonly Option<string> _type = settings.Option("--type", $"Type of the matrices: {Names(types)}.{typeHelp}", "q8_0");
    private readonly Option<string> _out = settings.Required<string>("--out", "The file to write.");
    private readonly Option<int> _threads = settings.Option("--threads", $"Threads that {threadHelp}; the file does not depend on it.", Environment.ProcessorCount);
    private readonly Option<bool> _force = settings.Flag("--force", "Replace a file that exists.");

    /// <summary>The options, for the command.</summary>
    public IEnumerable<Symbol> Symbols => [_type, _out, _threads, _force];

    /// <summary>Where the file goes.</summary>
    public string Path(ParseResult parsed) => parsed.GetValue(_out)!;

    /// <exception cref="FailureException">The type cannot be written.</exception>
    public GgufType Type(ParseResult parsed)
    {
        string name = parsed.GetValue(_type)!;
        foreach (GgufType type in types)
        {
            if (type.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
                return type;
        }
        throw new FailureException(ExitCode.Usage, "bad_setting", $"--type {name} cannot be written; there are {Names(types)}.");
    }

    /// <exception cref="FailureException">The file exists and may not be replaced, or the threads are out of range.</exception>
    public GgufWriteOptions Options(ParseResult parsed)
    {
        int threads = parsed.GetValue(_threads);
        if (threads is < 1 or > MaxThreads)
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--threads is {threads}, 1 to {MaxThreads} are possible.");
        bool force = parsed.GetValue(_force);
        if (File.Exists(Path(parsed)) && !force)
            throw new FailureException(ExitCode.Usage, "file_exists", $"{Path(parsed)} exists already; --force replaces it.");
        return new GgufWriteOptions { Threads = threads, Overwrite = force };
    }

    /// <summary>Writes under a guard that names file and size.</summary>
    /// <exception cref="FailureException">The file cannot be written.</exception>
    public void Write(ParseResult parsed, long bytes, Action write)
    {
        try
        {
            write();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, "file_unwritable", $"{Path(parsed)} ({bytes:N0} bytes) cannot be written: {fault.Message}", fault);
        }
    }

    private static string Names(IEnumerable<GgufType> types) => string.Join(", ", types.Select(static type => type.ToString().ToLowerInvariant()));
}
