using System.Security.Cryptography;
using System.Text;
using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>
/// Private keys on disk: an encrypted keystore (Web3 Secret Storage, version 3, as cast, geth and ethers read it), or 64 hex
/// digits in a file that only its owner can read. Files are created atomically with mode 600 and never overwritten.
/// </summary>
public static class KeyFile
{
    private const int MaxBytes = 64 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>
    /// Reads either kind. A keystore needs <paramref name="passwordFile"/>, whose text without the line end is the password;
    /// on Unix it and a hex key must not be accessible to group or others.
    /// </summary>
    /// <exception cref="KeyFileException">Missing, too open, malformed, or a wrong password.</exception>
    public static PrivateKey Load(string path, string? passwordFile = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var text = Read(path).Trim();
        if (!text.StartsWith('{'))
            return LoadHex(path, text);
        if (passwordFile is null)
            throw new KeyFileException(path, "it is an encrypted keystore, and no password file was given.");
        var password = Read(passwordFile).TrimEnd('\r', '\n');
        RequireOwnerOnly(passwordFile);
        return Keystore.Decrypt(path, text, password);
    }

    /// <summary>Creates a hex key file with mode 600.</summary>
    /// <exception cref="KeyFileException">The file exists or cannot be written.</exception>
    public static void CreateHex(string path, PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> secret = stackalloc byte[32];
        key.CopySecretTo(secret);
        Create(path, Hex.Encode(secret) + "\n");
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>Creates an encrypted keystore with mode 600: scrypt (n = 131072, r = 8, p = 1) and AES-128-CTR.</summary>
    /// <exception cref="KeyFileException">The file exists or cannot be written.</exception>
    public static void CreateKeystore(string path, PrivateKey key, string password)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(password);
        Create(path, Keystore.Encrypt(key, password));
    }

    private static PrivateKey LoadHex(string path, string text)
    {
        RequireOwnerOnly(path);
        try
        {
            return PrivateKey.Parse(text);
        }
        catch (FormatException e)
        {
            throw new KeyFileException(path, "it holds neither a keystore nor 64 hex digits of a valid key.", e);
        }
    }

    private static void RequireOwnerOnly(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var mode = File.GetUnixFileMode(path);
        if ((mode & Others) != 0)
        {
            var octal = Convert.ToString((int)mode, 8);
            throw new KeyFileException(path, $"its mode is {octal}, so that others can use it; run chmod 600.");
        }
    }

    private static string Read(string path)
    {
        try
        {
            FileInfo file = new(path);
            if (file.Length > MaxBytes)
                throw new KeyFileException(path, $"it has {file.Length} bytes; at most {MaxBytes} are read.");
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(path, "it cannot be read.", e);
        }
    }

    private static void Create(string path, string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var temporary = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.tmp";
        try
        {
            WriteDurably(temporary, text);
            File.Move(temporary, path, overwrite: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new KeyFileException(path, "it cannot be created, or exists already.", e);
        }
    }

    private static void WriteDurably(string path, string text)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using FileStream stream = new(path, options);
        stream.Write(Encoding.UTF8.GetBytes(text));
        stream.Flush(flushToDisk: true);
    }
}
