using System.CommandLine;
using TeeTee.Cli.CommandLine;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee key</c>: makes key files and tells their addresses.</summary>
internal static class KeyCommand
{
    public static Command Create(CommandFactory factory) => new("key", "Make and read key files.") { New(factory), Address(factory) };

    private static Command New(CommandFactory factory)
    {
        Option<string> file = factory.Settings.Required<string>("--file", "Where to write the key; an existing file is refused.");
        Option<string?> password = factory.Settings.Optional<string>("--password-file", "Write an encrypted keystore with this password instead of hex.");
        return factory.Create("new", "Draw a key and write it with mode 600.", [file, password], (parsed, console, _) =>
        {
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
