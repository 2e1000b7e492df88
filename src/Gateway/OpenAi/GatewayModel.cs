using TeeTee.Inference.Models;
using TeeTee.Inference.Tokenization;
using TeeTee.Primitives;

namespace TeeTee.Gateway.OpenAi;

/// <summary>What a gateway needs of a model to speak for it: its identity and its tokenizer.</summary>
/// <param name="ModelId">What is asked for in requests, whatever name clients use.</param>
/// <param name="Tokenizer">Of the file.</param>
/// <param name="ChatTemplate">Of the file, or null.</param>
public sealed record GatewayModel(Bytes32 ModelId, Tokenizer Tokenizer, ChatTemplate? ChatTemplate)
{
    /// <summary>Reads a model; its identity is computed here and not believed.</summary>
    /// <exception cref="ChatTemplateException">The file's chat template is outside of the supported subset.</exception>
    /// <exception cref="ModelException">The model is none that version 1 runs.</exception>
    public static GatewayModel From(CanonicalModel model, CancellationToken cancellationToken) =>
        new(model.ComputeIdentity(cancellationToken).ModelId, model.Tokenizer, model.GetChatTemplate());
}
