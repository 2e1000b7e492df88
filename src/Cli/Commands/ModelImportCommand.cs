using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.HuggingFace;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee model import</c>: a Hugging Face directory becomes a GGUF file.</summary>
internal sealed class ModelImportCommand
{
    private readonly Argument<string> _directory = new("directory") { Description = "The directory with config.json, tokenizer.json and model*.safetensors." };
    private readonly GgufOutputSettings _output;

    private ModelImportCommand(Settings settings) =>
        _output = new GgufOutputSettings(settings, HuggingFaceModel.Types, " Models run as Q8_0 whatever the file has.", "convert");

    public static Command Create(CommandFactory factory)
    {
        ModelImportCommand command = new(factory.Settings);
        return factory.Create("import", "Write a Hugging Face directory (llama, mistral, qwen2, qwen3; safetensors) as a GGUF file.",
            [command._directory, .. command._output.Symbols],
            (parsed, console, cancellationToken) => Task.Run(() => command.Run(parsed, console, cancellationToken), cancellationToken));
    }

    private ExitCode Run(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        string directory = parsed.GetValue(_directory)!;
        string path = _output.Path(parsed);
        GgufType type = _output.Type(parsed);
        GgufWriteOptions options = _output.Options(parsed);
        Stopwatch time = Stopwatch.StartNew();
        using HuggingFaceModel model = Open(directory, type);
        console.Progress($"{model.Name}: {model.Architecture}, {model.LayerCount} layers, {model.Tensors.Count} tensors");
        options = options with { Progress = new ShareProgress(console, model.DataBytes) };
        _output.Write(parsed, model.DataBytes, () => Guard(directory, () =>
        {
            model.Write(path, options, cancellationToken);
            return true;
        }));
        Report(model, path, type, time, console);
        return ExitCode.Success;
    }

    private static void Report(HuggingFaceModel model, string path, GgufType type, Stopwatch time, CommandConsole console)
    {
        long bytes = new FileInfo(path).Length;
        double seconds = Math.Round(time.Elapsed.TotalSeconds, 2);
        console.Result(
            new
            {
                path = Path.GetFullPath(path),
                name = model.Name,
                architecture = model.Architecture,
                type = type.ToString().ToLowerInvariant(),
                layerCount = model.LayerCount,
                vocabularySize = model.VocabularySize,
                hasChatTemplate = model.HasChatTemplate,
                tensors = model.Tensors.GroupBy(static tensor => tensor.Type).ToDictionary(static group => group.Key.ToString(), static group => group.Count()),
                fileBytes = bytes,
                seconds,
            },
            string.Create(CultureInfo.InvariantCulture, $"{path}: {model.Name}, {model.Architecture}, {type}, {bytes:N0} bytes, {seconds:F1} s"));
    }

    private static HuggingFaceModel Open(string directory, GgufType type)
    {
        try
        {
            return Guard(directory, () => HuggingFaceModel.Open(directory, type));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Model, "model_unreadable", $"{directory} cannot be read: {fault.Message}", fault);
        }
    }

    private static T Guard<T>(string directory, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (HuggingFaceException fault)
        {
            throw new FailureException(ExitCode.Model, "bad_model", $"{directory}: {fault.Message}", fault);
        }
    }
}
