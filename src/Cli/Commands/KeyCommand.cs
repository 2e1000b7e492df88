using System.CommandLine;
using TeeTee.Attestation.Encryption;
using TeeTee.Cli.CommandLine;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee key</c>: makes key files and tells their addresses.</summary>
internal static class KeyCommand
{
    public static Command Create(CommandFactory factory) => new("key", "Make and read key files.") { New(factory), Address(factory), Public(factory) };

    private static Command New(CommandFactory factory)
    {
        Option<string> file = factory.Settings.Required<string>("--file", "Where to write the key; an existing file is refused.");
        Option<string?> password = factory.Settings.Optional<string>("--password-file", "Write an encrypted keystore with this password instead of hex.");
        Option<bool> x25519 = factory.Settings.Flag("--x25519", "Draw an encryption key (X25519, PKCS #8 PEM) instead of a signing key: for verifier --audit-key.");
        return factory.Create("new", "Draw a key and write it with mode 600.", [file, password, x25519], (parsed, console, _) =>
        {
            if (parsed.GetValue(x25519))
                return NewEncryptionKey(parsed.GetValue(file)!, parsed.GetValue(password), console);
            PrivateKey key = PrivateKey.Generate();
            string path = parsed.GetValue(file)!;
            try
            {
                if (parsed.GetValue(password) is { } passwordFile)
                    KeyFile.CreateKeystore(path, key, File.ReadAllText(passwordFile).TrimEnd('\r', '\n'));
                else
                    KeyFile.CreateHex(path, key);
            }
            catch (Exception fault) when (fault is KeyFileException or IOException or UnauthorizedAccessException)
            {
                throw new FailureException(ExitCode.Configuration, "bad_key_file", fault.Message, fault);
            }
            console.Result(new { address = key.Address, file = path }, key.Address.ToString());
            return Task.FromResult(ExitCode.Success);
        });
    }

    private static Task<ExitCode> NewEncryptionKey(string path, string? passwordFile, CommandConsole console)
    {
        if (passwordFile is not null)
            throw new FailureException(ExitCode.Usage, "bad_setting", "--password-file does not go with --x25519: these keys are kept in the clear with mode 600.");
        using EnclaveEncryptionKey key = Guard(() => EnclaveEncryptionKey.Create(path));
        return Tell(key, path, console);
    }

    private static Command Public(CommandFactory factory)
    {
        Option<string> file = factory.Settings.Required<string>("--file", "The X25519 key file.");
        return factory.Create("public", "Print the public key of an X25519 key file.", [file], (parsed, console, _) =>
        {
            string path = parsed.GetValue(file)!;
            using EnclaveEncryptionKey key = Guard(() => EnclaveEncryptionKey.Load(path));
            return Tell(key, path, console);
        });
    }

    private static Task<ExitCode> Tell(EnclaveEncryptionKey key, string path, CommandConsole console)
    {
        string publicKey = new Bytes32(key.PublicKey.Span).ToString();
        console.Result(new { publicKey, file = path }, publicKey);
        return Task.FromResult(ExitCode.Success);
    }

    private static EnclaveEncryptionKey Guard(Func<EnclaveEncryptionKey> open)
    {
        try
        {
            return open();
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, "bad_key_file", fault.Message, fault);
        }
    }

    private static Command Address(CommandFactory factory)
    {
        Option<string> file = factory.Settings.Required<string>("--file", "The key file.");
        Option<string?> password = factory.Settings.Optional<string>("--password-file", "Password of an encrypted keystore.");
        return factory.Create("address", "Print the address of a key file.", [file, password], (parsed, console, _) =>
        {
            PrivateKey key = SettingFiles.LoadKey(parsed.GetValue(file)!, parsed.GetValue(password));
            console.Result(new { address = key.Address }, key.Address.ToString());
            return Task.FromResult(ExitCode.Success);
        });
    }
}
