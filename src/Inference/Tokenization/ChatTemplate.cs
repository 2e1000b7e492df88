using System.Text;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Tokenization.Templates;

namespace TeeTee.Inference.Tokenization;

/// <summary>
/// The chat template of a file: the text itself is run, in a bounded subset of Jinja; what is outside the subset is an
/// error, never a guess. Only what the template wrote may spell control tokens: a message that contains one is plain text.
/// Immutable, safe from several threads.
/// </summary>
public sealed class ChatTemplate
{
    private const int MaxMessages = 4096;
    private readonly Tokenizer _tokenizer;
    private readonly TimeProvider _clock;
    private readonly IReadOnlyList<TemplateNode> _nodes;

    /// <summary>Parses a template for a tokenizer.</summary>
    /// <param name="text">The template.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="clock">What tells the date to templates that ask (strftime_now, in UTC); the system's if null.</param>
    /// <exception cref="ChatTemplateException">The text is no template of the subset.</exception>
    public ChatTemplate(string text, Tokenizer tokenizer, TimeProvider? clock = null)
    {
        Text = text;
        _tokenizer = tokenizer;
        _clock = clock ?? TimeProvider.System;
        _nodes = new TemplateParser(TemplateLexer.Split(text)).Parse();
    }

    /// <summary>The template as in the file.</summary>
    public string Text { get; }

    /// <summary>The template of a file, or null if it has none.</summary>
    /// <exception cref="ChatTemplateException">The file's template is not in the subset.</exception>
    public static ChatTemplate? FromGguf(GgufFile file, Tokenizer tokenizer) =>
        file.Metadata.FindString("tokenizer.chat_template") is string text ? new ChatTemplate(text, tokenizer) : null;

    /// <summary>
    /// The tokens of a conversation. BOS comes first if the file asks for it, also where the template does not write it,
    /// and never twice.
    /// </summary>
    /// <param name="messages">The conversation, 1 to 4,096 messages.</param>
    /// <param name="addGenerationPrompt">Whether to end with the opening of the assistant's turn.</param>
    /// <exception cref="ArgumentException">There are no messages, or too many.</exception>
    /// <exception cref="ChatTemplateException">The template refuses the conversation or exceeds its budget.</exception>
    /// <exception cref="TokenizerException">The result is longer than the tokenizer encodes at once.</exception>
    public uint[] Encode(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        (byte[] text, TokenScope[] scopes) = Flatten(Run(messages, addGenerationPrompt));
        uint[] ids = text.Length == 0 ? [] : _tokenizer.Encode(text, scopes, addBos: false);
        bool hasBos = ids.Length > 0 && ids[0] == _tokenizer.BosId;
        return _tokenizer.AddsBos && !hasBos ? [_tokenizer.BosId!.Value, .. ids] : ids;
    }

    /// <summary>The text that is encoded, for people; it does not show which parts may be control tokens.</summary>
    /// <inheritdoc cref="Encode"/>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt) =>
        Run(messages, addGenerationPrompt).ToString();

    private static (byte[] Text, TokenScope[] Scopes) Flatten(TemplateText rendered)
    {
        List<byte> text = [];
        List<TokenScope> scopes = [];
        foreach ((string part, bool trusted) in rendered.Parts)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(part);
            text.AddRange(bytes);
            scopes.AddRange(Enumerable.Repeat(trusted ? TokenScope.Template : TokenScope.Message, bytes.Length));
        }
        return ([.. text], [.. scopes]);
    }

    private TemplateText Run(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        if (messages.Count is 0 or > MaxMessages)
            throw new ArgumentException($"{messages.Count} messages; 1 to {MaxMessages} are possible.", nameof(messages));
        List<object?> list = [];
        foreach (ChatMessage message in messages)
        {
            list.Add(new Dictionary<string, object?>
            {
                ["role"] = TemplateText.Untrusted(message.Role),
                ["content"] = TemplateText.Untrusted(message.Content),
            });
        }
        return new TemplateEvaluator(_clock).Run(_nodes, new Dictionary<string, object?>
        {
            ["messages"] = list,
            ["add_generation_prompt"] = addGenerationPrompt,
            ["bos_token"] = Special(_tokenizer.BosId),
            ["eos_token"] = Special(_tokenizer.EosId),
            ["unk_token"] = Special(_tokenizer.UnknownId),
            ["tools"] = null,
            ["documents"] = null,
        });
    }

    private TemplateText Special(uint? id) => TemplateText.Trusted(id is uint known ? _tokenizer.TokenText(known) : "");
}
