using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models.Synthesis;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee model synth</c>: a model file of a known shape with seeded random weights.</summary>
internal sealed class ModelSynthCommand
{
    private const int MaxLayers = 4096;
    private const int MaxContext = 1 << 24;
    private readonly Option<string> _shape;
    private readonly Option<string> _type;
    private readonly Option<ulong> _seed;
    private readonly Option<string> _out;
    private readonly Option<int?> _layers;
    private readonly Option<int?> _context;
    private readonly Option<int> _threads;
    private readonly Option<bool> _force;

    private ModelSynthCommand(Settings settings)
    {
        _shape = settings.Required<string>("--shape", $"Whose shape: {ShapeNames}.");
        _type = settings.Option("--type", $"Type of the matrices: {TypeNames}.", "q8_0");
        _seed = settings.Option("--seed", "What the weights are drawn from; the same seed gives the same file.", 1ul);
        _out = settings.Required<string>("--out", "The file to write.");
        _layers = settings.Optional<int?>("--layers", "Layers, if not the shape's own.");
        _context = settings.Optional<int?>("--context", "Context length, if not the shape's own.");
        _threads = settings.Option("--threads", "Threads that make weights; the file does not depend on it.", Environment.ProcessorCount);
        _force = settings.Flag("--force", "Replace a file that exists.");
    }

    public static Command Create(CommandFactory factory)
    {
        ModelSynthCommand command = new(factory.Settings);
        return factory.Create("synth", "Write a model with seeded random weights, for benchmarks and tests.",
            [command._shape, command._type, command._seed, command._out, command._layers, command._context, command._threads, command._force],
            (parsed, console, cancellationToken) => Task.Run(() => command.Run(parsed, console, cancellationToken), cancellationToken));
    }

    private static string ShapeNames => string.Join(", ", SyntheticShape.All.Select(shape => shape.Name));

    private static string TypeNames => string.Join(", ", SyntheticModelFile.Types.Select(type => type.ToString().ToLowerInvariant()));

    private ExitCode Run(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        SyntheticShape shape = Shape(parsed);
        GgufType type = Type(parsed.GetValue(_type)!);
        ulong seed = parsed.GetValue(_seed);
        string path = parsed.GetValue(_out)!;
        Stopwatch time = Stopwatch.StartNew();
        SyntheticModelFile file = new(shape, type, seed);
        Write(file, path, parsed, console, cancellationToken);
        long bytes = new FileInfo(path).Length;
        double seconds = Math.Round(time.Elapsed.TotalSeconds, 2);
        console.Result(
            new
            {
                path = Path.GetFullPath(path),
                shape = shape.Name,
                architecture = shape.Architecture,
                type = type.ToString().ToLowerInvariant(),
                seed,
                layerCount = shape.Layers,
                contextLength = shape.Context,
                parameters = file.Parameters,
                tensors = file.Tensors.GroupBy(tensor => tensor.Type).ToDictionary(group => group.Key.ToString(), group => group.Count()),
                fileBytes = bytes,
                seconds,
            },
            string.Create(CultureInfo.InvariantCulture, $"{path}: {shape.Name}, {shape.Layers} layers, {type}, {file.Parameters:N0} parameters in {bytes:N0} bytes, {seconds:F1} s"));
        return ExitCode.Success;
    }

    private void Write(SyntheticModelFile file, string path, ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        bool force = parsed.GetValue(_force);
        if (File.Exists(path) && !force)
            throw new FailureException(ExitCode.Usage, "file_exists", $"{path} exists already; --force replaces it.");
        GgufWriteOptions options = new()
        {
            Threads = AtLeastOne(_threads, parsed.GetValue(_threads), 1 << 10),
            Overwrite = force,
            Progress = new ShareProgress(console, file.DataBytes),
        };
        try
        {
            file.Write(path, options, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, "file_unwritable", $"{path} ({file.DataBytes:N0} bytes) cannot be written: {fault.Message}", fault);
        }
    }

    private SyntheticShape Shape(ParseResult parsed)
    {
        string name = parsed.GetValue(_shape)!;
        SyntheticShape shape = SyntheticShape.Find(name)
            ?? throw new FailureException(ExitCode.Usage, "bad_setting", $"--shape {name} is not known; there are {ShapeNames}.");
        int layers = AtLeastOne(_layers, parsed.GetValue(_layers) ?? shape.Layers, MaxLayers);
        int context = AtLeastOne(_context, parsed.GetValue(_context) ?? shape.Context, MaxContext);
        return shape with { Layers = layers, Context = context };
    }

    private static GgufType Type(string name)
    {
        foreach (GgufType type in SyntheticModelFile.Types)
        {
            if (type.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
                return type;
        }
        throw new FailureException(ExitCode.Usage, "bad_setting", $"--type {name} cannot be written; there are {TypeNames}.");
    }

    private static int AtLeastOne(Option option, int value, int most) => value >= 1 && value <= most
        ? value
        : throw new FailureException(ExitCode.Usage, "bad_setting", $"{option.Name} is {value}, 1 to {most} are possible.");
}
