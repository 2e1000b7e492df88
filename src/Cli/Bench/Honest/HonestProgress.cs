using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Bench.Honest;

/// <summary>The rows of a bench in a file, a line each, so that an interrupted one goes on behind its last run.</summary>
internal sealed class HonestProgress
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly SortedDictionary<int, HonestRow> _rows = [];

    private HonestProgress(string path) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Rows by run.</summary>
    public IReadOnlyCollection<HonestRow> Rows => _rows.Values;

    /// <summary>Reads what a folder has of a seed; a line that was cut short by a kill counts as not there.</summary>
    /// <exception cref="FailureException"><c>state_unusable</c>.</exception>
    public static HonestProgress Open(string folder, int seed)
    {
        HonestProgress progress = new(System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"honest-{seed}.jsonl")));
        try
        {
            Directory.CreateDirectory(folder);
            if (File.Exists(progress.Path))
                progress.Read();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, "state_unusable", fault.Message, fault);
        }
        return progress;
    }

    /// <summary>Whether a run is done and held.</summary>
    public bool IsDone(int run) => _rows.TryGetValue(run, out HonestRow? row) && row.Ok;

    /// <summary>Adds a row.</summary>
    public void Add(HonestRow row)
    {
        _rows[row.Run] = row;
        File.AppendAllText(Path, JsonSerializer.Serialize(row, s_json) + "\n");
    }

    private void Read()
    {
        foreach (string line in File.ReadLines(Path))
        {
            try
            {
                if (JsonSerializer.Deserialize<HonestRow>(line, s_json) is { } row)
                    _rows[row.Run] = row;
            }
            catch (JsonException)
            {
                // Cut short: the run is made again.
            }
        }
        File.WriteAllLines(Path, _rows.Values.Select(row => JsonSerializer.Serialize(row, s_json)));
    }
}
