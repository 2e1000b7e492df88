using System.CommandLine;
using System.Globalization;
using System.Text;
using TeeTee.Attestation.Encryption;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Devnet;
using TeeTee.Ethereum;
using TeeTee.Gateway.Contracts;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee ask</c>: one question to a sequencer; tokenized, signed and verified on this machine.</summary>
internal sealed class AskCommand
{
    private readonly Argument<string> _prompt = new("prompt") { Description = "The question. Without --confidential prompt and answer are published as batch data." };
    private readonly Option<string> _url;
    private readonly Option<string?> _model;
    private readonly ModelCacheSettings _cache;
    private readonly Option<string> _keyFile;
    private readonly Option<string?> _passwordFile;
    private readonly Option<string?> _user;
    private readonly Option<string?> _deployment;
    private readonly Option<string?> _chainUrl;
    private readonly Option<int> _maxTokens;
    private readonly Option<double> _temperature;
    private readonly Option<string?> _seed;
    private readonly Option<bool> _raw;
    private readonly Option<bool> _earnings;
    private readonly ConfidentialSettings _confidential;
    private readonly Option<string?> _saveDataKey;

    private AskCommand(Settings settings)
    {
        _url = settings.Option("--url", "Address of the sequencer.", "http://127.0.0.1:8550");
        _model = settings.Optional<string>("--model", "GGUF file of the model: it tokenizes here, and its identity is what is asked for. The bundled demo model if absent.");
        _cache = new ModelCacheSettings(settings);
        _keyFile = settings.Required<string>("--key-file", "Key that signs: hex with mode 600, or a keystore (version 3).");
        _passwordFile = settings.Optional<string>("--password-file", "Password of the keystore, mode 600.");
        _user = settings.Optional<string>("--user", "Account that pays, if the key is a session key of it.");
        _deployment = settings.Optional<string>("--deployment", "deployment.json: refuse a sequencer of another chain or contract.");
        _chainUrl = settings.Optional<string>("--chain-url", "JSON-RPC address of the chain: check that the contracts know the sequencer and the keys of its shards. Needs --deployment.");
        _maxTokens = settings.Option("--max-tokens", "Most tokens of the answer.", 256);
        _temperature = settings.Option("--temperature", "0 is greedy; else between 1/1024 and 128.", 0.0);
        _seed = settings.Optional<string>("--seed", "Seed of the sampling noise: a number or 32 bytes of hex. Drawn if absent.");
        _raw = settings.Flag("--raw", "Send the text as it is, without the model's chat template.");
        _earnings = settings.Flag("--from-earnings", "Pay from the account's own earnings as a host instead of its deposit.");
        _confidential = new ConfidentialSettings(settings);
        _saveDataKey = settings.Optional<string>("--save-data-key", "File (made with mode 600) for the key of a confidential job: with it the published answer can be read and checked later.");
    }

    public static Command Create(CommandFactory factory)
    {
        AskCommand command = new(factory.Settings);
        return factory.Create("ask", "Ask a sequencer one question, stream the answer and verify its receipts.",
            [command._prompt, command._url, command._model, command._cache.Symbol, command._keyFile, command._passwordFile, command._user, command._deployment, command._chainUrl,
                command._maxTokens, command._temperature, command._seed, command._raw, command._earnings,
                .. command._confidential.Symbols, command._saveDataKey],
            (parsed, console, cancellationToken) => ClientFailures.GuardAsync(() => command.RunAsync(parsed, console, cancellationToken)));
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        string path = parsed.GetValue(_model) ?? DemoModel.Find();
        using CanonicalModel model = ModelFiles.OpenModel(path, _cache.Read(parsed, console));
        PrivateKey key = SettingFiles.LoadKey(parsed.GetValue(_keyFile)!, parsed.GetValue(_passwordFile));
        bool chat = !parsed.GetValue(_raw) && model.ChatTemplateText is not null;
        JobPrompt prompt = Prompt(parsed, model, chat);
        RequireNewFile(parsed.GetValue(_saveDataKey));
        Bytes32 modelId = ModelFiles.Guard(path, () => model.ComputeIdentity(cancellationToken)).ModelId;
        using SequencerLink link = new(parsed.GetValue(_url)!);
        Deployment? deployment = parsed.GetValue(_deployment) is { } file ? await SettingFiles.LoadDeploymentAsync(file, cancellationToken).ConfigureAwait(false) : null;
        IJobClient jobs = link.Checked(modelId, deployment, parsed.GetValue(_chainUrl));
        ConfidentialMode? confidential = _confidential.Read(parsed, link, deployment);
        if (confidential is null && parsed.GetValue(_saveDataKey) is not null)
            throw new FailureException(ExitCode.Usage, "bad_setting", "--save-data-key needs --confidential: a public job has no key.");
        await link.GetInfoAsync(deployment, cancellationToken).ConfigureAwait(false);
        NodeInfo node = await jobs.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        ModelInfo offer = SequencerLink.RequireModel(node, modelId);
        if (confidential is not null)
            prompt = prompt with { Seal = await confidential.SealAsync(node, offer, cancellationToken).ConfigureAwait(false) };
        using JobSigner signer = Signer(parsed, key, jobs);
        await using RunningJob job = await signer.StartAsync(node, offer, prompt, cancellationToken).ConfigureAwait(false);
        SaveKey(parsed.GetValue(_saveDataKey), job);
        AnswerReader reader = new(job, jobs, node, offer, Secp256k1Recovery.Instance);
        string text = await PrintAsync(console, reader, new AnswerText(model.Tokenizer, chat), signer, node, job, cancellationToken).ConfigureAwait(false);
        Report(console, offer, job, reader, text, parsed.GetValue(_chainUrl) is not null);
        return ExitCode.Success;
    }

    private static void RequireNewFile(string? path)
    {
        if (File.Exists(path))
            throw new FailureException(ExitCode.Configuration, "file_exists", $"{path} exists; a data key is never overwritten.");
    }

    private static void SaveKey(string? path, RunningJob job)
    {
        if (path is null || job.Exchange is not { } exchange)
            return;
        try
        {
            DataKeyFile.Create(path, job.JobId, exchange.Key);
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, "file_unwritable", $"The job runs, but its data key was not saved: {fault.Message}", fault);
        }
    }

    private static async Task<string> PrintAsync(
        CommandConsole console, AnswerReader reader, AnswerText decoder, JobSigner signer, NodeInfo node, RunningJob job, CancellationToken cancellationToken)
    {
        StringBuilder text = new();
        void Take(string piece)
        {
            text.Append(piece);
            console.Stream(piece);
        }
        try
        {
            await foreach (uint token in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                Take(decoder.Append(token));
        }
        catch (OperationCanceledException)
        {
            await signer.HangUpAsync(node, job.JobId, reader.Tokens.Count).ConfigureAwait(false);
            throw;
        }
        Take(decoder.Finish());
        console.Stream(Environment.NewLine);
        return text.ToString();
    }

    private static void Report(CommandConsole console, ModelInfo offer, RunningJob job, AnswerReader reader, string text, bool signersChecked)
    {
        JobFinished finished = reader.Finished!;
        console.Result(
            new
            {
                receiptId = job.JobId.ToString(),
                answer = text,
                model = offer.Name,
                modelId = offer.ModelId.ToString(),
                shards = finished.Shards.Length,
                promptTokens = finished.PromptTokens,
                outputTokens = finished.OutputTokens,
                finish = finished.Finish.ToString().ToLowerInvariant(),
                fee = finished.Fee.ToString(CultureInfo.InvariantCulture),
                verified = true,
                signersChecked,
                confidential = job.Exchange is not null,
            },
            text: null);
        if (!signersChecked)
            console.Progress("the sequencer's word was taken for who signs: give --deployment and --chain-url to ask the contracts");
        if (!console.Json)
            console.Progress($"receipt {job.JobId}: {finished.Shards.Length} shards and the sequencer signed for {finished.PromptTokens} + {finished.OutputTokens} tokens, fee {finished.Fee} wei");
    }

    private JobPrompt Prompt(ParseResult parsed, CanonicalModel model, bool chat)
    {
        int most = parsed.GetValue(_maxTokens);
        if (most < 1)
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--max-tokens is {most}, the least is 1.");
        uint[] tokens = PromptText.Encode(model, parsed.GetValue(_prompt)!, chat);
        int room = model.Config.ContextLength - tokens.Length;
        if (tokens.Length == 0 || room < 1)
        {
            throw new FailureException(ExitCode.Refused, "context_length_exceeded",
                $"The prompt has {tokens.Length} tokens; this model takes 1 to {model.Config.ContextLength - 1} and an answer.");
        }
        Sampling sampling = SamplingChoice.From(SamplingSettings.Parse(parsed.GetValue(_temperature), parsed.GetValue(_seed)));
        return new JobPrompt(tokens, (uint)Math.Min(most, room), [.. model.Tokenizer.EndOfGeneration], sampling);
    }

    private JobSigner Signer(ParseResult parsed, PrivateKey key, IJobClient jobs)
    {
        Address user = key.Address;
        if (parsed.GetValue(_user) is { } text && !Address.TryParse(text, out user))
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--user: '{text}' is no address.");
        return new JobSigner(jobs, user, key, parsed.GetValue(_earnings) ? PaymentKind.Earnings : PaymentKind.Credits, TimeProvider.System);
    }
}
