using System.Text;

namespace TeeTee.Inference.Tokenization;

/// <summary>
/// Turns a stream of tokens into text, holding back the bytes of a character until it is complete. All parts together are
/// the UTF-8 reading of all bytes; what can never become a character shows as U+FFFD. Not for use by several threads.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    internal StreamingDecoder(Tokenizer tokenizer) => _tokenizer = tokenizer;

    /// <summary>The text that this token completes; often empty for parts of a character.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The token is not in the vocabulary.</exception>
    public string Append(uint id) => Convert(_tokenizer.TokenBytes(id), flush: false);

    /// <summary>The end of the stream: U+FFFD if a character was left incomplete, else nothing.</summary>
    public string Finish() => Convert(default, flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        char[] characters = new char[_decoder.GetCharCount(bytes, flush)];
        int count = _decoder.GetChars(bytes, characters, flush);
        return new string(characters, 0, count);
    }
}
