using System.CommandLine;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Models;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee model show</c>: what a model file holds and its identity.</summary>
internal static class ModelCommand
{
    public static Command Create(CommandFactory factory)
    {
        Option<string> path = factory.Settings.Required<string>("--model", "GGUF file of a supported model.");
        ModelCacheSettings cache = new(factory.Settings);
        Command show = factory.Create("show", "Print a model's shape, identity and sizes.", [path, cache.Symbol],
            (parsed, console, cancellationToken) => Task.Run(() => Show(parsed.GetValue(path)!, cache.Read(parsed, console), console, cancellationToken), cancellationToken));
        Command model = new("model", "Work with model files.");
        model.Subcommands.Add(show);
        model.Subcommands.Add(ModelInspectCommand.Create(factory));
        model.Subcommands.Add(ModelSynthCommand.Create(factory));
        model.Subcommands.Add(ModelImportCommand.Create(factory));
        model.Subcommands.Add(ModelQualityCommand.Create(factory));
        return model;
    }

    private static ExitCode Show(string path, ModelStoreOptions options, CommandConsole console, CancellationToken cancellationToken)
    {
        using CanonicalModel model = ModelFiles.OpenModel(path, options);
        ModelIdentity identity = ModelFiles.Guard(path, () => model.ComputeIdentity(cancellationToken));
        ModelConfig config = model.Config;
        long bytes = ModelFiles.Guard(path, () => new FileInfo(path).Length);
        console.Result(
            new
            {
                modelId = identity.ModelId.ToString(),
                weightsRoot = identity.WeightsRoot.ToString(),
                configHash = identity.ConfigHash.ToString(),
                tokenizerHash = identity.TokenizerHash.ToString(),
                arithmeticVersion = ModelIdentity.ArithmeticVersion,
                fileBytes = bytes,
                parameters = Parameters(config),
                config = new
                {
                    architecture = config.Architecture.GgufName(),
                    name = config.Name,
                    vocabularySize = config.VocabularySize,
                    embeddingLength = config.EmbeddingLength,
                    feedForwardLength = config.FeedForwardLength,
                    layerCount = config.LayerCount,
                    headCount = config.HeadCount,
                    kvHeadCount = config.KvHeadCount,
                    headDimension = config.HeadDimension,
                    ropeDimensions = config.RopeDimensions,
                    contextLength = config.ContextLength,
                    tiedOutput = config.TiedOutput,
                },
                tokenizer = new { kind = model.Tokenizer.Model, preTokenizer = model.Tokenizer.PreTokenizerName, addsBos = model.Tokenizer.AddsBos, hasChatTemplate = model.ChatTemplateText is not null },
            },
            $"""
            {config.Name}: {config.Architecture.GgufName()}, {Parameters(config):N0} parameters in {bytes:N0} bytes
            modelId    {identity.ModelId}
            layers     {config.LayerCount} of width {config.EmbeddingLength} (feed-forward {config.FeedForwardLength}), {config.HeadCount} heads, {config.KvHeadCount} for keys and values
            context    {config.ContextLength} tokens
            vocabulary {config.VocabularySize} tokens ({model.Tokenizer.Model}), chat template: {(model.ChatTemplateText is null ? "none" : "yes")}
            """);
        return ExitCode.Success;
    }

    /// <summary>Elements of all weights of the file; the rotary tables are derived and do not count.</summary>
    private static long Parameters(ModelConfig config)
    {
        long layer = config.Architecture.LayerRoles().Sum(Elements);
        return config.LayerCount * layer + Elements(TensorRole.OutputNorm) + (config.TiedOutput ? 1 : 2) * Elements(TensorRole.TokenEmbedding);

        long Elements(TensorRole role)
        {
            (int rows, int columns) = role.Shape(config);
            return (long)rows * columns;
        }
    }
}
