using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Inference.Tokenization;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.OpenAi;

/// <summary>Turns a request into what is signed: prompt tokens, limits, sampling.</summary>
internal static class PromptEncoder
{
    /// <exception cref="OpenAiException">The prompt or a limit does not fit the model.</exception>
    public static JobPrompt Encode(OpenAiRequest request, GatewayModel model, ModelInfo offer, OpenAiGatewayOptions options)
    {
        uint[] tokens = Tokens(request, model, offer);
        if (tokens.Length >= offer.ContextLength)
        {
            throw new OpenAiException(OpenAiErrors.Of("context_length_exceeded",
                $"The prompt has {tokens.Length} tokens; the model takes at most {offer.ContextLength - 1} and an answer.", request.IsChat ? "messages" : "prompt"));
        }
        long room = offer.ContextLength - tokens.Length;
        long wanted = request.MaxTokens ?? (request.IsChat ? options.DefaultChatTokens : options.DefaultCompletionTokens);
        return new JobPrompt(tokens, (uint)Math.Min(wanted, room), [.. model.Tokenizer.EndOfGeneration], Sampling(request, options));
    }

    private static uint[] Tokens(OpenAiRequest request, GatewayModel model, ModelInfo offer)
    {
        try
        {
            uint[] tokens = request switch
            {
                { Messages: { } messages } => Template(model).Encode(messages, addGenerationPrompt: true),
                { PromptText: { } text } => model.Tokenizer.Encode(text, model.Tokenizer.AddsBos),
                _ => request.PromptTokens!,
            };
            if (tokens.Length == 0)
                throw OpenAiErrors.Invalid400("prompt", "The prompt has no tokens.");
            uint greatest = tokens.Max();
            return greatest < offer.VocabularySize
                ? tokens
                : throw OpenAiErrors.Invalid400("prompt", $"Token {greatest} of a vocabulary of {offer.VocabularySize}.");
        }
        catch (ChatTemplateException fault)
        {
            throw OpenAiErrors.Invalid400("messages", fault.Message);
        }
        catch (TokenizerException fault)
        {
            throw OpenAiErrors.Invalid400(request.IsChat ? "messages" : "prompt", fault.Message);
        }
    }

    private static ChatTemplate Template(GatewayModel model) =>
        model.ChatTemplate ?? throw OpenAiErrors.Invalid400("messages", "The model has no chat template; use /v1/completions.");

    private static Sampling Sampling(OpenAiRequest request, OpenAiGatewayOptions options)
    {
        try
        {
            return SamplingChoice.Create(request.Temperature ?? options.DefaultTemperature, request.Seed);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw OpenAiErrors.Invalid400("temperature", "'temperature' must be 0 or at least 1/1024.");
        }
    }
}
