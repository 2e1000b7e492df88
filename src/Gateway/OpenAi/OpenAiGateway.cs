using System.Collections.Frozen;
using TeeTee.Gateway.Contracts;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Primitives;

namespace TeeTee.Gateway.OpenAi;

/// <summary>What the OpenAI endpoints run on: a sequencer, the models that this machine can tokenize for, and the API keys.</summary>
/// <param name="jobs">The sequencer, over HTTP or in the same process.</param>
/// <param name="models">Models with different identities.</param>
/// <param name="keys">Who may ask, and who pays.</param>
/// <param name="recovery">Recovers the signers of receipts.</param>
/// <param name="clock">Dates the answers.</param>
/// <param name="options">Limits and defaults.</param>
/// <param name="confidential">Seals every prompt; null to ask in public. Only where the gateway is the user's own: it reads prompt and answer.</param>
public sealed class OpenAiGateway(
    IJobClient jobs, IEnumerable<GatewayModel> models, ApiKeyRing keys, ISignatureRecovery recovery, TimeProvider clock, OpenAiGatewayOptions options,
    ConfidentialMode? confidential = null)
{
    private readonly FrozenDictionary<Bytes32, GatewayModel> _models = models.ToFrozenDictionary(model => model.ModelId);

    internal IJobClient Jobs { get; } = jobs;

    internal ApiKeyRing Keys { get; } = keys;

    internal ISignatureRecovery Recovery { get; } = recovery;

    internal TimeProvider Clock { get; } = clock;

    internal OpenAiGatewayOptions Options { get; } = options;

    /// <summary>The prompt as it is to be sent: sealed if this gateway seals.</summary>
    /// <exception cref="AnswerFaultException">The enclave cannot be verified.</exception>
    internal async Task<JobPrompt> ProtectAsync(JobPrompt prompt, NodeInfo node, ModelInfo offer, CancellationToken cancellationToken) =>
        confidential is null ? prompt : prompt with { Seal = await confidential.SealAsync(node, offer, cancellationToken).ConfigureAwait(false) };

    /// <summary>The models that the sequencer serves now and this gateway can tokenize for.</summary>
    internal IEnumerable<(ModelInfo Offer, GatewayModel Model)> Offers(NodeInfo node) =>
        from offer in node.Models
        where _models.ContainsKey(offer.ModelId)
        select (offer, _models[offer.ModelId]);

    /// <summary>The model of a name, or of an identity in hex.</summary>
    /// <exception cref="OpenAiException"><c>model_not_found</c>.</exception>
    internal (ModelInfo Offer, GatewayModel Model) FindModel(NodeInfo node, string name)
    {
        foreach ((ModelInfo offer, GatewayModel model) in Offers(node))
        {
            if (offer.Name == name || offer.ModelId.ToString() == name)
                return (offer, model);
        }
        throw new OpenAiException(OpenAiErrors.Of("model_not_found", "The model does not exist, or no pipeline serves it now.", "model"));
    }
}
