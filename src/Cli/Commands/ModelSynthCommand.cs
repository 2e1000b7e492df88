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
    private readonly Option<ulong> _seed;
    private readonly Option<int?> _layers;
    private readonly Option<int?> _context;
    private readonly GgufOutputSettings _output;

    private ModelSynthCommand(Settings settings)
    {
        _shape = settings.Required<string>("--shape", $"Whose shape: {ShapeNames}.");
        _seed = settings.Option("--seed", "What the weights are drawn from; the same seed gives the same file.", 1ul);
        _layers = settings.Optional<int?>("--layers", "Layers, if not the shape's own.");
        _context = settings.Optional<int?>("--context", "Context length, if not the shape's own.");
        _output = new GgufOutputSettings(settings, SyntheticModelFile.Types, "", "make weights");
    }

    public static Command Create(CommandFactory factory)
    {
        ModelSynthCommand command = new(factory.Settings);
        return factory.Create("synth", "Write a model with seeded random weights, for benchmarks and tests.",
            [command._shape, command._seed, command._layers, command._context, .. command._output.Symbols],
            (parsed, console, cancellationToken) => Task.Run(() => command.Run(parsed, console, cancellationToken), cancellationToken));
    }

    private static string ShapeNames => string.Join(", ", SyntheticShape.All.Select(shape => shape.Name));

    private ExitCode Run(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        SyntheticShape shape = Shape(parsed);
        GgufType type = _output.Type(parsed);
        ulong seed = parsed.GetValue(_seed);
        string path = _output.Path(parsed);
        GgufWriteOptions options = _output.Options(parsed);
        Stopwatch time = Stopwatch.StartNew();
        SyntheticModelFile file = new(shape, type, seed);
        options = options with { Progress = new ShareProgress(console, file.DataBytes) };
        _output.Write(parsed, file.DataBytes, () => file.Write(path, options, cancellationToken));
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

    private SyntheticShape Shape(ParseResult parsed)
    {
        string name = parsed.GetValue(_shape)!;
        SyntheticShape shape = SyntheticShape.Find(name)
            ?? throw new FailureException(ExitCode.Usage, "bad_setting", $"--shape {name} is not known; there are {ShapeNames}.");
        int layers = AtLeastOne(_layers, parsed.GetValue(_layers) ?? shape.Layers, MaxLayers);
        int context = AtLeastOne(_context, parsed.GetValue(_context) ?? shape.Context, MaxContext);
        return shape with { Layers = layers, Context = context };
    }

    private static int AtLeastOne(Option option, int value, int most) => value >= 1 && value <= most
        ? value
        : throw new FailureException(ExitCode.Usage, "bad_setting", $"{option.Name} is {value}, 1 to {most} are possible.");
}
