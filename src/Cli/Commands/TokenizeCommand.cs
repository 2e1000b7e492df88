using System.CommandLine;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Tokenization;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee tokenize</c>: the token ids of a file's exact bytes.</summary>
internal static class TokenizeCommand
{
    public static Command Create(CommandFactory factory)
    {
        Option<string> model = factory.Settings.Required<string>("--model", "GGUF file; one with a vocabulary alone will do.");
        Option<string> file = factory.Settings.Required<string>("--file", "Text to tokenize, byte for byte; - reads standard input.");
        Option<bool> bos = factory.Settings.Flag("--bos", "Begin with the model's beginning-of-sequence token.");
        return factory.Create("tokenize", "Print the token ids of a text file (special tokens count as plain text).", [model, file, bos],
            async (parsed, console, cancellationToken) =>
            {
                byte[] text = await ReadTextAsync(parsed.GetValue(file)!, cancellationToken).ConfigureAwait(false);
                uint[] tokens = Tokenize(parsed.GetValue(model)!, text, parsed.GetValue(bos));
                console.Result(new { tokens }, string.Join(' ', tokens));
                return ExitCode.Success;
            });
    }

    private static uint[] Tokenize(string path, byte[] text, bool bos)
    {
        using GgufFile gguf = ModelFiles.OpenGguf(path);
        Tokenizer tokenizer = ModelFiles.Guard(path, () => Tokenizer.FromGguf(gguf));
        try
        {
            return tokenizer.Encode(text, bos);
        }
        catch (TokenizerException fault)
        {
            throw new FailureException(ExitCode.Refused, "invalid_request", $"{path}: {fault.Message}", fault);
        }
    }

    private static async Task<byte[]> ReadTextAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream source = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            using MemoryStream text = new();
            byte[] buffer = new byte[1 << 16];
            for (int read; (read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                text.Write(buffer, 0, read);
                if (text.Length > Tokenizer.MaxTextBytes)
                    throw new FailureException(ExitCode.Refused, "payload_too_large", $"{path} has more than {Tokenizer.MaxTextBytes} bytes.");
            }
            return text.ToArray();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Usage, "file_unreadable", $"{path} cannot be read: {fault.Message}", fault);
        }
    }
}
