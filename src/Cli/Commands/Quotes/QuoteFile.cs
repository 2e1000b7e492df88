using System.Buffers;
using System.Text;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands.Quotes;

/// <summary>Reads a quote from a file: its bytes, or hex or base64 text of them.</summary>
internal static class QuoteFile
{
    private const int MaxSize = 1 << 20;

    /// <summary>The quote's bytes. Whether they are a quote is for the verifier.</summary>
    /// <exception cref="FailureException"><c>bad_quote_file</c>.</exception>
    public static byte[] Read(string path) => Decode(ReadBounded(path, MaxSize, "bad_quote_file"));

    /// <summary>A file of at most so many bytes.</summary>
    /// <exception cref="FailureException">It cannot be read, or is larger.</exception>
    public static byte[] ReadBounded(string path, int maxSize, string code)
    {
        try
        {
            FileInfo file = new(path);
            return file.Length <= maxSize
                ? File.ReadAllBytes(path)
                : throw new FailureException(ExitCode.Configuration, code, $"{path} has {file.Length} bytes, at most {maxSize} are read.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, code, $"{path} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Text is what has nothing but printable ASCII; a quote starts with a version number and is never that.</summary>
    internal static byte[] Decode(byte[] content)
    {
        if (content.Length == 0 || content.AsSpan().ContainsAnyExcept(s_text))
            return content;
        string text = string.Concat(Encoding.ASCII.GetString(content).Where(c => !char.IsWhiteSpace(c)));
        string hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        byte[] bytes = new byte[text.Length];
        if (hex.Length % 2 == 0 && Convert.FromHexString(hex, bytes, out _, out int written) == OperationStatus.Done)
            return bytes[..written];
        return Convert.TryFromBase64String(text, bytes, out written) ? bytes[..written] : content;
    }

    private static readonly SearchValues<byte> s_text =
        SearchValues.Create([(byte)'\t', (byte)'\n', (byte)'\r', .. Enumerable.Range(0x20, 0x5F).Select(i => (byte)i)]);
}
