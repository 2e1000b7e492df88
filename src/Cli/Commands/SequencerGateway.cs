using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.OpenAi;
using TeeTee.Gateway.Sessions;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands;

/// <summary>The OpenAI gateway inside the sequencer: for stock clients, who trust it for the step from text to tokens.</summary>
internal static class SequencerGateway
{
    /// <summary>Maps the endpoints; the sessions live as long as the application.</summary>
    /// <exception cref="FailureException"><c>bad_api_keys</c>.</exception>
    public static void Map(WebApplication application, GatewayModel model, string apiKeys)
    {
        IJobClient jobs = application.Services.GetRequiredService<IJobClient>();
        ApiKeyRing keys;
        try
        {
            keys = ApiKeyFile.Load(apiKeys, jobs, TimeProvider.System);
        }
        catch (ApiKeyFileException fault)
        {
            throw new FailureException(ExitCode.Configuration, "bad_api_keys", fault.Message, fault);
        }
        application.Lifetime.ApplicationStopped.Register(keys.Dispose);
        application.MapOpenAiGateway(new OpenAiGateway(jobs, [model], keys, Secp256k1Recovery.Instance, TimeProvider.System, new OpenAiGatewayOptions()));
    }
}
