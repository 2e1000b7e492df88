using System.CommandLine;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Models;
using TeeTee.Inference.Quality;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee model quality</c>: what serving a model in canonical arithmetic costs beside the same model in full precision.</summary>
internal sealed class ModelQualityCommand
{
    private const int MaxTextBytes = 16 << 20;

    private readonly Option<string> _model;
    private readonly Option<string?> _reference;
    private readonly Option<string> _text;

    private ModelQualityCommand(Settings settings)
    {
        _model = settings.Required<string>("--model", "GGUF file as it would be served.");
        _reference = settings.Optional<string>("--reference", "GGUF file of the same model to measure against, such as its F32 file; the model's own weights if absent.");
        _text = settings.Required<string>("--text", "UTF-8 text that both read; an empty line begins a new document.");
    }

    public static Command Create(CommandFactory factory)
    {
        ModelQualityCommand command = new(factory.Settings);
        return factory.Create("quality", "Compare a model as served with the same model in full precision: perplexity and greedy agreement. Slow; for small models.",
            [command._model, command._reference, command._text],
            (parsed, console, cancellationToken) => Task.Run(() => command.Run(parsed, console, cancellationToken), cancellationToken));
    }

    private ExitCode Run(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        string path = parsed.GetValue(_model)!, other = parsed.GetValue(_reference) ?? path;
        using CanonicalModel served = ModelFiles.OpenModel(path, new ModelStoreOptions { UseCache = false });
        using CanonicalModel reference = ModelFiles.OpenModel(other, new ModelStoreOptions { UseCache = false });
        List<uint[]> documents = [.. Documents(parsed.GetValue(_text)!, served)];
        QualityReport report = ModelFiles.Guard(path, () => Compare(reference, served, documents, cancellationToken));
        console.Result(report,
            $"""
            {report.Positions} predictions
            perplexity {report.Perplexity:F4}, in full precision {report.ReferencePerplexity:F4} ({(report.Perplexity / report.ReferencePerplexity) - 1:+0.00%;-0.00%})
            same token first: {report.GreedyAgreement:P2}, mean divergence {report.MeanDivergence:G3} nats
            """);
        return ExitCode.Success;
    }

    private static QualityReport Compare(CanonicalModel reference, CanonicalModel served, List<uint[]> documents, CancellationToken cancellationToken)
    {
        try
        {
            return QualityComparison.Run(reference, served, documents, cancellationToken);
        }
        catch (ArgumentException fault)
        {
            throw new FailureException(ExitCode.Usage, "not_comparable", fault.Message, fault);
        }
    }

    private static IEnumerable<uint[]> Documents(string path, CanonicalModel model)
    {
        string text = ModelFiles.Guard(path, () => new FileInfo(path).Length > MaxTextBytes
            ? throw new FailureException(ExitCode.Usage, "text_too_long", $"{path} has {new FileInfo(path).Length} bytes; at most {MaxTextBytes} are read.")
            : File.ReadAllText(path));
        foreach (string document in text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            yield return PromptText.Encode(model, document, chat: false);
    }
}
