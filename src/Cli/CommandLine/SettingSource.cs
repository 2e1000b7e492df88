using System.Text.Json;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.CommandLine;

/// <summary>Where a setting comes from when the command line does not give it: first <c>TEETEE_NAME</c>, then the configuration file.</summary>
/// <remarks>The file is one flat JSON object whose names are the options' names without dashes in front: <c>{"chain-url": "...", "window": 60}</c>.</remarks>
internal sealed class SettingSource
{
    private const int MaxFileBytes = 1 << 20;
    private readonly Dictionary<string, string> _file;
    private readonly Func<string, string?> _environment;

    private SettingSource(Dictionary<string, string> file, Func<string, string?> environment)
    {
        _file = file;
        _environment = environment;
    }

    /// <summary>Reads the file named by <c>--config</c> in <paramref name="arguments"/> or by <c>TEETEE_CONFIG</c>, if any.</summary>
    /// <exception cref="FailureException"><c>bad_config_file</c>.</exception>
    public static SettingSource Load(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        string? path = environment("TEETEE_CONFIG");
        for (int i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--config" && i + 1 < arguments.Count)
                path = arguments[i + 1];
            else if (arguments[i].StartsWith("--config=", StringComparison.Ordinal))
                path = arguments[i]["--config=".Length..];
        }
        return new SettingSource(path is null ? [] : ReadFile(path), environment);
    }

    /// <summary>The text of a setting, or null when neither the environment nor the file has it.</summary>
    /// <param name="optionName">The option as typed, for example <c>--chain-url</c>.</param>
    public string? Find(string optionName)
    {
        string name = optionName.TrimStart('-');
        return _environment("TEETEE_" + name.Replace('-', '_').ToUpperInvariant())
            ?? _file.GetValueOrDefault(name);
    }

    private static Dictionary<string, string> ReadFile(string path)
    {
        try
        {
            FileInfo file = new(path);
            if (file.Length > MaxFileBytes)
                throw new FailureException(ExitCode.Configuration, "bad_config_file", $"{path} has {file.Length} bytes, at most {MaxFileBytes} are read.");
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            Dictionary<string, string> settings = new(StringComparer.Ordinal);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
                settings[property.Name] = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText();
            return settings;
        }
        catch (Exception fault) when (fault is IOException or JsonException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new FailureException(ExitCode.Configuration, "bad_config_file", $"{path} is not a readable JSON object of settings: {fault.Message}", fault);
        }
    }
}
