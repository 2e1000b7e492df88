using TeeTee.Gateway.Sessions;
using TeeTee.Rollup.Messages;

namespace TeeTee.Cli.Devnet;

/// <summary>The API key of the demo user: bound to the session key that the contract knows, with the user's whole credit as its cap.</summary>
internal static class DevnetApiKey
{
    /// <summary>Draws a key and writes the gateway's file, unless there is one.</summary>
    public static void Create(DevnetFolder folder, DevnetKeys keys, UInt128 cap)
    {
        if (File.Exists(folder.ApiKeys) && File.Exists(folder.ApiKey))
            return;
        string secret = ApiKey.Generate();
        ApiKeyEntry entry = new("demo", ApiKey.Hash(secret), keys.User.Address, folder.Key("session"), cap, PaymentKind.Credits);
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (StreamWriter writer = new(new FileStream(folder.ApiKey, options)))
            writer.WriteLine(secret);
        ApiKeyFile.Write(folder.ApiKeys, [entry]);
    }
}
