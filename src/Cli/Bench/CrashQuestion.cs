using TeeTee.Cli.Commands;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;

namespace TeeTee.Cli.Bench;

/// <summary>A question and the answer that it has when nothing is disturbed, computed in this process.</summary>
/// <param name="Prompt">Prompt tokens.</param>
/// <param name="Answer">Output tokens of greedy picks to the limit, without stop tokens, so that answers are long enough to be hit.</param>
internal sealed record CrashQuestion(uint[] Prompt, IReadOnlyList<uint> Answer)
{
    private const int AnswerTokens = 64;
    private static readonly string[] s_texts = ["What is Ethereum?", "What is a rollup?", "How does TeeTee work?"];

    /// <summary>The questions of every run.</summary>
    public static IReadOnlyList<CrashQuestion> Create(string modelPath, CancellationToken cancellationToken)
    {
        using CanonicalModel model = ModelFiles.OpenModel(modelPath, new ModelStoreOptions());
        return ModelFiles.Guard(modelPath, () => s_texts.Select(text => Create(model, text, cancellationToken)).ToArray());
    }

    private static CrashQuestion Create(CanonicalModel model, string text, CancellationToken cancellationToken)
    {
        uint[] prompt = PromptText.Encode(model, text, chat: model.ChatTemplateText is not null);
        OfflineRunOptions options = new() { MaxTokens = Math.Min(AnswerTokens, model.Config.ContextLength - prompt.Length), Trace = false };
        return new CrashQuestion(prompt, OfflineRunner.Run(model, prompt, options, cancellationToken).OutputTokens);
    }
}
