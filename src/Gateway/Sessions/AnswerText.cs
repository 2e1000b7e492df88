using TeeTee.Inference.Tokenization;

namespace TeeTee.Gateway.Sessions;

/// <summary>The readable text of an answer as it comes: whole characters, without the tokens that end a generation.</summary>
/// <param name="tokenizer">Of the model.</param>
/// <param name="startsTurn">True in a chat: the space that SentencePiece puts before a text is then not part of the answer.</param>
public sealed class AnswerText(Tokenizer tokenizer, bool startsTurn)
{
    private readonly StreamingDecoder _decoder = tokenizer.CreateDecoder();
    private bool _atStart = startsTurn && tokenizer.AddsSpacePrefix;

    /// <summary>The text that this token completes; often empty.</summary>
    public string Append(uint token) => tokenizer.EndOfGeneration.Contains(token) ? "" : Trim(_decoder.Append(token));

    /// <summary>What is left at the end: U+FFFD for a character cut short, else nothing.</summary>
    public string Finish() => _decoder.Finish();

    private string Trim(string text)
    {
        if (!_atStart || text.Length == 0)
            return text;
        _atStart = false;
        return text[0] == ' ' ? text[1..] : text;
    }
}
