using System.CommandLine;
using System.Globalization;
using TeeTee.Cli.CommandLine;
using TeeTee.Inference.Models;

namespace TeeTee.Cli.Commands;

/// <summary>Where the packed forms of models are kept, and who hears of the work on them (docs/operating.md).</summary>
internal sealed class ModelCacheSettings
{
    private const string Beside = "beside";
    private const string Off = "off";
    private readonly Option<string> _cache;

    public ModelCacheSettings(Settings settings) => _cache = settings.Option(
        "--model-cache", "Where the packed form of a model is kept for the next start: beside (its file), off, or a folder.", Beside);

    /// <summary>The option, for the command.</summary>
    public Symbol Symbol => _cache;

    /// <summary>How models are opened; warnings and progress go to standard error.</summary>
    public ModelStoreOptions Read(ParseResult parsed, CommandConsole console)
    {
        string cache = parsed.GetValue(_cache)!;
        return new ModelStoreOptions
        {
            UseCache = cache != Off,
            CacheFolder = cache is Beside or Off ? null : cache,
            Progress = new LoadProgressLines(console),
            Warning = console.Progress,
        };
    }

    /// <summary>A line when a piece of work turns out to take time, and then one a second.</summary>
    private sealed class LoadProgressLines(CommandConsole console) : IProgress<LoadProgress>
    {
        private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

        private readonly Lock _gate = new();
        private LoadStage? _stage;
        private long _said;

        public void Report(LoadProgress value)
        {
            lock (_gate)
            {
                if (_stage != value.Stage || value.Done == value.Total)
                    (_stage, _said) = (value.Done == value.Total ? null : value.Stage, TimeProvider.System.GetTimestamp());
                else if (TimeProvider.System.GetElapsedTime(_said) >= s_pause)
                {
                    _said = TimeProvider.System.GetTimestamp();
                    console.Progress(string.Create(CultureInfo.InvariantCulture,
                        $"{value.Stage.ToString().ToLowerInvariant()} the model: {value.Done >> 20:N0} of {value.Total >> 20:N0} MiB"));
                }
            }
        }
    }
}
