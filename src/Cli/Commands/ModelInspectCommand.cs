using System.CommandLine;
using System.Globalization;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Models;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee model inspect</c>: how the tensors of a file become the model's weights, and what that loses.</summary>
internal static class ModelInspectCommand
{
    private const string Binding = "The model id commits the converted bytes: whoever converts otherwise has another model.";

    public static Command Create(CommandFactory factory)
    {
        Option<string> path = factory.Settings.Required<string>("--model", "GGUF file of a supported model.");
        return factory.Create("inspect", "Print per tensor type how it is converted at import and what that loses.", [path],
            (parsed, console, cancellationToken) => Task.Run(() => Run(parsed.GetValue(path)!, console, cancellationToken), cancellationToken));
    }

    private static ExitCode Run(string path, CommandConsole console, CancellationToken cancellationToken)
    {
        using CanonicalModel model = ModelFiles.OpenModel(path, new ModelStoreOptions { UseCache = false });
        console.Progress("Reading every tensor twice: once as the file has it, once converted.");
        IReadOnlyList<TensorConversion> conversions = ModelFiles.Guard(path, () => model.MeasureConversion(progress: null, cancellationToken));
        ModelIdentity identity = ModelFiles.Guard(path, () => model.ComputeIdentity(cancellationToken));
        console.Result(
            new
            {
                architecture = model.Config.Architecture.GgufName(),
                modelId = identity.ModelId.ToString(),
                weightsRoot = identity.WeightsRoot.ToString(),
                fileBytes = conversions.Sum(conversion => conversion.FileBytes),
                canonicalBytes = conversions.Sum(conversion => conversion.CanonicalBytes),
                conversions = conversions.Select(conversion => new
                {
                    type = conversion.Type.ToString(),
                    canonical = conversion.Canonical.ToString(),
                    tensors = conversion.Tensors,
                    elements = conversion.Elements,
                    fileBytes = conversion.FileBytes,
                    canonicalBytes = conversion.CanonicalBytes,
                    exact = conversion.IsExact,
                    relativeError = conversion.RelativeError,
                }),
                binding = Binding,
            },
            string.Join(Environment.NewLine, [.. conversions.Select(Line), $"modelId {identity.ModelId}", Binding]));
        return ExitCode.Success;
    }

    private static string Line(TensorConversion c) => string.Create(CultureInfo.InvariantCulture,
        $"{c.Type,-5} -> {c.Canonical,-5} {c.Tensors,4} tensors, {c.Elements,14:N0} elements, {c.FileBytes,14:N0} -> {c.CanonicalBytes,14:N0} bytes, {(c.IsExact ? "exact" : $"relative RMS error {c.RelativeError:P3}")}");
}
