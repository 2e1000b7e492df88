using System.CommandLine;
using System.Globalization;
using System.Text;
using TeeTee.Cli.CommandLine;
using TeeTee.Gateway.Sessions;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Numerics;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee run</c>: generation in this process, with the commitments that a pipeline of shards would sign.</summary>
internal sealed class RunCommand
{
    private readonly Option<string> _model;
    private readonly ModelCacheSettings _cache;
    private readonly Option<string?> _tokens;
    private readonly Option<string?> _prompt;
    private readonly Option<bool> _chat;
    private readonly Option<int> _maxTokens;
    private readonly Option<int> _shards;
    private readonly Option<int> _threads;
    private readonly KernelSettings _kernels;
    private readonly Option<int> _prefillChunk;
    private readonly Option<double> _temperature;
    private readonly Option<string?> _seed;
    private readonly Option<string?> _logits;

    private RunCommand(Settings settings)
    {
        _model = settings.Required<string>("--model", "GGUF file of a llama, mistral, qwen2 or qwen3 model.");
        _cache = new ModelCacheSettings(settings);
        _tokens = settings.Optional<string>("--tokens", "Prompt as token ids: 1,2,3. Nothing is added.");
        _prompt = settings.Optional<string>("--prompt", "Prompt as text; the model's beginning-of-sequence token is added if it asks for one.");
        _chat = settings.Flag("--chat", "Put the prompt into the model's chat template as a user's message.");
        _maxTokens = settings.Option("--max-tokens", "Most tokens to generate; 0 runs the prompt alone.", 128);
        _shards = settings.Option("--shards", "Split the layers over this many shards.", 1);
        _threads = settings.Option("--threads", "Threads per shard.", Environment.ProcessorCount);
        _kernels = new KernelSettings(settings);
        _prefillChunk = settings.Option("--prefill-chunk", "Prompt positions per pass; 0 takes all at once.", 0);
        _temperature = settings.Option("--temperature", "0 is greedy; else between 1/1024 and 128.", 0.0);
        _seed = settings.Optional<string>("--seed", "Seed of the sampling noise: a number or 32 bytes of hex. Drawn if absent.");
        _logits = settings.Optional<string>("--logits", "Write the logits of every processed position, fp32 little-endian, prompt first.");
    }

    public static Command Create(CommandFactory factory)
    {
        RunCommand command = new(factory.Settings);
        return factory.Create("run", "Generate text offline and print the trace commitments.",
            [command._model, command._cache.Symbol, command._prompt, command._tokens, command._chat, command._maxTokens, command._shards, command._threads, command._kernels.Symbol,
                command._prefillChunk, command._temperature, command._seed, command._logits],
            (parsed, console, cancellationToken) => Task.Run(() => command.Run(parsed, console, cancellationToken), cancellationToken));
    }

    private ExitCode Run(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        string path = parsed.GetValue(_model)!;
        using CanonicalModel model = ModelFiles.OpenModel(path, _cache.Read(parsed, console));
        uint[] prompt = Prompt(parsed, model);
        AnswerText decoder = new(model.Tokenizer, parsed.GetValue(_chat));
        StringBuilder text = new();
        OfflineRunOptions options = Options(parsed, model) with
        {
            TokenPicked = token =>
            {
                string piece = decoder.Append(token);
                text.Append(piece);
                console.Stream(piece);
            },
        };
        ModelIdentity identity = ModelFiles.Guard(path, () => model.ComputeIdentity(cancellationToken));
        OfflineRunResult result = Generate(parsed, path, model, prompt, options, cancellationToken);
        string rest = decoder.Finish();
        text.Append(rest);
        console.Stream(rest + Environment.NewLine);
        Report(console, identity, result, text.ToString());
        return ExitCode.Success;
    }

    private OfflineRunResult Generate(
        ParseResult parsed, string path, CanonicalModel model, uint[] prompt, OfflineRunOptions options, CancellationToken cancellationToken)
    {
        using LogitsFile? logits = parsed.GetValue(_logits) is { } file ? LogitsFile.Create(file) : null;
        try
        {
            return ModelFiles.Guard(path, () => OfflineRunner.Run(
                model, prompt, logits is null ? options : options with { Logits = logits.Write }, cancellationToken));
        }
        catch (ArgumentException fault)
        {
            throw new FailureException(ExitCode.Refused, "invalid_request", fault.Message, fault);
        }
        catch (NonFiniteException fault)
        {
            throw new FailureException(ExitCode.Model, "non_finite", $"{path}: {fault.Message}", fault);
        }
    }

    private static void Report(CommandConsole console, ModelIdentity identity, OfflineRunResult result, string text)
    {
        console.Result(
            new
            {
                promptTokens = result.PromptTokens,
                tokens = result.OutputTokens,
                text,
                finish = result.Finish.ToString().ToLowerInvariant(),
                modelId = identity.ModelId,
                layerRoots = result.LayerRoots,
                traceRoots = result.TraceRoots,
                kernels = result.Kernels,
                prefillTokensPerSecond = Math.Round(result.PrefillTokensPerSecond, 2),
                decodeTokensPerSecond = Math.Round(result.DecodeTokensPerSecond, 2),
            },
            text: null);
        if (!console.Json)
        {
            console.Progress(string.Create(CultureInfo.InvariantCulture,
                $"{result.PromptTokens.Count} prompt tokens at {result.PrefillTokensPerSecond:F1}/s, {result.OutputTokens.Count} generated at {result.DecodeTokensPerSecond:F1}/s; model {identity.ModelId}"));
        }
    }

    private OfflineRunOptions Options(ParseResult parsed, CanonicalModel model)
    {
        int shards = parsed.GetValue(_shards);
        if (shards < 1 || shards > model.Config.LayerCount)
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--shards {shards}: the model has {model.Config.LayerCount} layers.");
        return new OfflineRunOptions
        {
            MaxTokens = AtLeast(parsed, _maxTokens, 0),
            Shards = shards,
            Threads = AtLeast(parsed, _threads, 1),
            Kernels = _kernels.Read(parsed),
            PrefillChunk = AtLeast(parsed, _prefillChunk, 0),
            StopTokens = [.. model.Tokenizer.EndOfGeneration],
            Sampling = SamplingSettings.Parse(parsed.GetValue(_temperature), parsed.GetValue(_seed)),
        };
    }

    private static int AtLeast(ParseResult parsed, Option<int> option, int least)
    {
        int value = parsed.GetValue(option);
        return value >= least
            ? value
            : throw new FailureException(ExitCode.Usage, "bad_setting", $"{option.Name} is {value}, the least is {least}.");
    }

    private uint[] Prompt(ParseResult parsed, CanonicalModel model)
    {
        string? ids = parsed.GetValue(_tokens);
        string? text = parsed.GetValue(_prompt);
        if (ids is null == text is null)
            throw new FailureException(ExitCode.Usage, "bad_setting", "Give exactly one of --prompt and --tokens.");
        if (ids is not null && parsed.GetValue(_chat))
            throw new FailureException(ExitCode.Usage, "bad_setting", "--chat is for --prompt; --tokens are taken as they are.");
        uint[] tokens = ids is not null ? ParseIds(ids, model) : PromptText.Encode(model, text!, parsed.GetValue(_chat));
        if (tokens.Length == 0 || tokens.Length > model.Config.ContextLength)
        {
            throw new FailureException(ExitCode.Refused, "context_length_exceeded",
                $"The prompt has {tokens.Length} tokens; this model takes 1 to {model.Config.ContextLength}.");
        }
        return tokens;
    }

    private static uint[] ParseIds(string list, CanonicalModel model)
    {
        string[] parts = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        uint[] ids = new uint[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!uint.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out ids[i]) || ids[i] >= model.Config.VocabularySize)
                throw new FailureException(ExitCode.Usage, "bad_setting", $"--tokens: '{parts[i]}' is no token id below {model.Config.VocabularySize}.");
        }
        return ids;
    }
}
