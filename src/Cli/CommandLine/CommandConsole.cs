using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TeeTee.Cli.CommandLine;

/// <summary>What a command says: the result on standard output, everything else on standard error.</summary>
internal sealed class CommandConsole(TextWriter output, TextWriter progress, bool json)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>True when the result is to be one JSON object.</summary>
    public bool Json { get; } = json;

    /// <summary>A line about the work, for people.</summary>
    public void Progress(string line) => progress.WriteLine(line);

    /// <summary>Where lines about the work go that others write.</summary>
    public TextWriter Log => progress;

    /// <summary>A piece of the result as it comes; silent under <c>--json</c>, which prints one object at the end.</summary>
    public void Stream(string text)
    {
        if (Json)
            return;
        output.Write(text);
        output.Flush();
    }

    /// <summary>The result: the object under <c>--json</c>, else the text.</summary>
    public void Result(object result, string? text)
    {
        if (Json)
            output.WriteLine(JsonSerializer.Serialize(result, s_json));
        else if (text is not null)
            output.WriteLine(text);
    }

    /// <summary>The failure: an error object under <c>--json</c>, and always a line on standard error.</summary>
    public void Failure(string code, string message)
    {
        if (Json)
            output.WriteLine(JsonSerializer.Serialize(new { error = new { code, message } }, s_json));
        progress.WriteLine($"teetee: {message} [{code}]");
    }
}
