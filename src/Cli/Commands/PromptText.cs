using TeeTee.Hosting.Failures;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tokenization;

namespace TeeTee.Cli.Commands;

/// <summary>Turns what a person typed into prompt tokens.</summary>
internal static class PromptText
{
    /// <summary>The tokens, one message of a chat or plain text; at least one, and room for one more.</summary>
    public static uint[] Encode(CanonicalModel model, string text, bool chat)
    {
        try
        {
            return chat ? Template(model).Encode([new ChatMessage("user", text)], addGenerationPrompt: true) : model.Tokenizer.Encode(text, model.Tokenizer.AddsBos);
        }
        catch (ChatTemplateException fault)
        {
            throw new FailureException(ExitCode.Model, "bad_chat_template", fault.Message, fault);
        }
        catch (TokenizerException fault)
        {
            throw new FailureException(ExitCode.Refused, "invalid_request", fault.Message, fault);
        }
    }

    private static ChatTemplate Template(CanonicalModel model) =>
        model.GetChatTemplate() ?? throw new FailureException(ExitCode.Refused, "invalid_request", "The model has no chat template; give the prompt as plain text.");
}
