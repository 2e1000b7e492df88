using System.CommandLine;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Devnet;
using TeeTee.Ethereum;
using TeeTee.Gateway.Contracts;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.OpenAi;
using TeeTee.Gateway.Sessions;
using TeeTee.Hosting;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tokenization;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee gateway</c>: OpenAI's API on this machine; text is tokenized, signed and verified here and never leaves untokenized.</summary>
internal sealed class GatewayCommand
{
    private readonly Option<string> _listen;
    private readonly Option<string> _url;
    private readonly Option<string?> _model;
    private readonly ModelCacheSettings _cache;
    private readonly Option<string?> _keyFile;
    private readonly Option<string?> _passwordFile;
    private readonly Option<string?> _user;
    private readonly Option<string?> _cap;
    private readonly Option<string?> _apiKeys;
    private readonly Option<string?> _deployment;
    private readonly Option<string?> _chainUrl;
    private readonly Option<bool> _exitWithParent;
    private readonly ConfidentialSettings _confidential;

    private GatewayCommand(Settings settings)
    {
        _listen = settings.Option("--listen", "Address and port to listen on; port 0 takes a free one.", "127.0.0.1:8540");
        _url = settings.Option("--url", "Address of the sequencer.", "http://127.0.0.1:8550");
        _model = settings.Optional<string>("--model", "GGUF file of the model that the sequencer serves; the bundled demo model if absent.");
        _cache = new ModelCacheSettings(settings);
        _keyFile = settings.Optional<string>("--key-file", "Key that signs for every caller: for a gateway on loopback that needs no API keys.");
        _passwordFile = settings.Optional<string>("--password-file", "Password of the keystore, mode 600.");
        _user = settings.Optional<string>("--user", "Account that pays, if the key is a session key of it.");
        _cap = settings.Optional<string>("--cap", "Most wei that the account's cumulative spend may reach through this gateway.");
        _apiKeys = settings.Optional<string>("--api-keys", "File of API keys with a signing key and a cap each, mode 600.");
        _deployment = settings.Optional<string>("--deployment", "deployment.json: refuse a sequencer of another chain or contract.");
        _chainUrl = settings.Optional<string>("--chain-url", "JSON-RPC address of the chain: check that the contracts know the sequencer and the keys of its shards. Needs --deployment.");
        _exitWithParent = settings.Flag("--exit-with-parent", "Stop when standard input ends.");
        _confidential = new ConfidentialSettings(settings);
    }

    public static Command Create(CommandFactory factory)
    {
        GatewayCommand command = new(factory.Settings);
        return factory.Create("gateway", "Serve OpenAI's API on this machine in front of a sequencer, and verify every answer.",
            [command._listen, command._url, command._model, command._cache.Symbol, command._keyFile, command._passwordFile, command._user, command._cap, command._apiKeys,
                command._deployment, command._chainUrl, command._exitWithParent, .. command._confidential.Symbols],
            (parsed, console, cancellationToken) => ClientFailures.GuardAsync(() => command.RunAsync(parsed, console, cancellationToken)));
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        IPEndPoint listen = IPEndPoint.TryParse(parsed.GetValue(_listen)!, out IPEndPoint? endpoint)
            ? endpoint
            : throw Bad($"--listen: '{parsed.GetValue(_listen)}' is no address and port.");
        string path = parsed.GetValue(_model) ?? DemoModel.Find();
        using CanonicalModel model = ModelFiles.OpenModel(path, _cache.Read(parsed, console));
        GatewayModel served = OpenModel(path, model, cancellationToken);
        using SequencerLink link = new(parsed.GetValue(_url)!);
        Deployment? deployment = parsed.GetValue(_deployment) is { } file ? await SettingFiles.LoadDeploymentAsync(file, cancellationToken).ConfigureAwait(false) : null;
        IJobClient jobs = link.Checked(served.ModelId, deployment, parsed.GetValue(_chainUrl));
        ConfidentialMode? confidential = _confidential.Read(parsed, link, deployment);
        SequencerLink.RequireModel(await link.GetInfoAsync(deployment, cancellationToken).ConfigureAwait(false), served.ModelId);
        await jobs.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        using ApiKeyRing keys = Keys(parsed, listen, jobs);
        await using WebApplication application = Build(parsed, listen, new OpenAiGateway(
            jobs, [served], keys, Secp256k1Recovery.Instance, TimeProvider.System, new OpenAiGatewayOptions(), confidential));
        Uri address = await ServiceHost.StartAsync(application, cancellationToken).ConfigureAwait(false);
        Announce(parsed, console, address, served, confidential is not null);
        await application.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        return ExitCode.Success;
    }

    private static GatewayModel OpenModel(string path, CanonicalModel model, CancellationToken cancellationToken)
    {
        try
        {
            return ModelFiles.Guard(path, () => GatewayModel.From(model, cancellationToken));
        }
        catch (ChatTemplateException fault)
        {
            throw new FailureException(ExitCode.Model, "bad_chat_template", $"{path}: {fault.Message}", fault);
        }
    }

    private WebApplication Build(ParseResult parsed, IPEndPoint listen, OpenAiGateway gateway)
    {
        WebApplicationBuilder builder = ServiceHost.CreateBuilder(listen, parsed.GetValue(_exitWithParent));
        if (parsed.GetValue(_apiKeys) is null)
        {
            // Without API keys a web page could reach the gateway by giving loopback a name of its own.
            builder.Services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
            builder.Services.AddHostFiltering(_ => { });
        }
        WebApplication application = builder.Build();
        if (parsed.GetValue(_apiKeys) is null)
            application.UseHostFiltering();
        application.MapServiceEndpoints();
        application.MapOpenAiGateway(gateway).MapOpenAiFallback(gateway);
        return application;
    }

    private void Announce(ParseResult parsed, CommandConsole console, Uri address, GatewayModel model, bool confidential)
    {
        string baseUrl = new Uri(address, "v1").ToString();
        console.Result(new { baseUrl, modelId = model.ModelId.ToString(), sequencer = parsed.GetValue(_url), confidential }, $"OPENAI_BASE_URL={baseUrl}");
        console.Progress("Ctrl+C stops the gateway.");
    }

    private ApiKeyRing Keys(ParseResult parsed, IPEndPoint listen, IJobClient jobs)
    {
        (string? file, string? keys) = (parsed.GetValue(_keyFile), parsed.GetValue(_apiKeys));
        if (file is null == keys is null)
            throw Bad("Give exactly one of --key-file and --api-keys.");
        if (keys is not null)
            return LoadKeys(keys, jobs);
        if (!IPAddress.IsLoopback(listen.Address))
            throw Bad($"--key-file lets every caller spend, so it is for loopback only; {listen} needs --api-keys.");
        PrivateKey key = SettingFiles.LoadKey(file!, parsed.GetValue(_passwordFile));
        Address user = key.Address;
        if (parsed.GetValue(_user) is { } text && !Address.TryParse(text, out user))
            throw Bad($"--user: '{text}' is no address.");
        return ApiKeyRing.ForOneUser(new JobSigner(jobs, user, key, PaymentKind.Credits, TimeProvider.System, Cap(parsed)));
    }

    private UInt128? Cap(ParseResult parsed) => parsed.GetValue(_cap) switch
    {
        null => null,
        string text when UInt128.TryParse(text, System.Globalization.NumberStyles.None, null, out UInt128 wei) => wei,
        string text => throw Bad($"--cap: '{text}' is no amount of wei."),
    };

    private static ApiKeyRing LoadKeys(string path, IJobClient jobs)
    {
        try
        {
            return ApiKeyFile.Load(path, jobs, TimeProvider.System);
        }
        catch (ApiKeyFileException fault)
        {
            throw new FailureException(ExitCode.Configuration, "bad_api_keys", fault.Message, fault);
        }
    }

    private static FailureException Bad(string message) => new(ExitCode.Usage, "bad_setting", message);
}
