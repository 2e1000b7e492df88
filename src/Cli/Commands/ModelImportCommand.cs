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
    private readonly Option<string> _type;
    private readonly Option<string> _out;
    private readonly Option<int> _threads;
    private readonly Option<bool> _force;

    private ModelImportCommand(Settings settings)
    {
        _type = settings.Option("--type", $"Type of the matrices: {TypeNames}. Models run as Q8_0 whatever the file has.", "q8_0");
        _out = settings.Required<string>("--out", "The file to write.");
        _threads = settings.Option("--threads", "Threads that convert; the file does not depend on it.", Environment.ProcessorCount);
        _force = settings.Flag("--force", "Replace a file that exists.");
    }

    public static Command Create(CommandFactory factory)
    {
        ModelImportCommand command = new(factory.Settings);
        return factory.Create("import", "Write a Hugging Face directory (llama, mistral, qwen2, qwen3; safetensors) as a GGUF file.",
            [command._directory, command._type, command._out, command._threads, command._force],
            (parsed, console, cancellationToken) => Task.Run(() => command.Run(parsed, console, cancellationToken), cancellationToken));
    }

    private static string TypeNames => string.Join(", ", HuggingFaceModel.Types.Select(static type => type.ToString().ToLowerInvariant()));

    private ExitCode Run(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        string directory = parsed.GetValue(_directory)!;
        string path = parsed.GetValue(_out)!;
        GgufType type = Type(parsed.GetValue(_type)!);
        int threads = parsed.GetValue(_threads);
        if (threads is < 1 or > 1 << 10)
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--threads is {threads}, 1 to {1 << 10} are possible.");
        bool force = parsed.GetValue(_force);
        if (File.Exists(path) && !force)
            throw new FailureException(ExitCode.Usage, "file_exists", $"{path} exists already; --force replaces it.");
        Stopwatch time = Stopwatch.StartNew();
        using HuggingFaceModel model = Open(directory, type);
        console.Progress($"{model.Name}: {model.Architecture}, {model.LayerCount} layers, {model.Tensors.Count} tensors");
        GgufWriteOptions options = new() { Threads = threads, Overwrite = force, Progress = new ShareProgress(console, model.DataBytes) };
        Write(model, directory, path, options, cancellationToken);
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

    private static void Write(HuggingFaceModel model, string directory, string path, GgufWriteOptions options, CancellationToken cancellationToken)
    {
        try
        {
            Guard(directory, () =>
            {
                model.Write(path, options, cancellationToken);
                return true;
            });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, "file_unwritable", $"{path} ({model.DataBytes:N0} bytes) cannot be written: {fault.Message}", fault);
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

    private static GgufType Type(string name)
    {
        foreach (GgufType type in HuggingFaceModel.Types)
        {
            if (type.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
                return type;
        }
        throw new FailureException(ExitCode.Usage, "bad_setting", $"--type {name} cannot be written; there are {TypeNames}.");
    }
}
