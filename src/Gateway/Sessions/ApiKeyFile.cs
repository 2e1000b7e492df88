using System.Collections.Immutable;
using System.Text.Json;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Rollup.Json;

namespace TeeTee.Gateway.Sessions;

/// <summary>
/// The file of a gateway's API keys: <c>{"keys": [{name, keyHash, user, signingKeyFile, cap, payment}]}</c>. It and the key files
/// that it names are readable by their owner only.
/// </summary>
public static class ApiKeyFile
{
    private const int MostBytes = 1 << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens every session of a file.</summary>
    /// <exception cref="ApiKeyFileException">Missing, too open, malformed, or a signing key cannot be loaded.</exception>
    public static ApiKeyRing Load(string path, IJobClient jobs, TimeProvider clock)
    {
        List<GatewaySession> sessions = [];
        foreach (ApiKeyEntry entry in Read(path))
        {
            string keyFile = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, entry.SigningKeyFile);
            try
            {
                JobSigner signer = new(jobs, entry.User, KeyFile.Load(keyFile), entry.Payment, clock, entry.Cap);
                sessions.Add(new GatewaySession(entry.Name, entry.KeyHash, signer));
            }
            catch (KeyFileException fault)
            {
                throw new ApiKeyFileException(path, $"the signing key of '{entry.Name}' cannot be loaded: {fault.Message}", fault);
            }
        }
        return new ApiKeyRing(sessions);
    }

    /// <summary>The entries of a file; hashes and names are all different.</summary>
    /// <exception cref="ApiKeyFileException">Missing, too open or malformed.</exception>
    public static ImmutableArray<ApiKeyEntry> Read(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
                throw new ApiKeyFileException(path, $"its mode is {Convert.ToString((int)File.GetUnixFileMode(path), 8)}, so that others can use it; run chmod 600.");
            if (new FileInfo(path).Length > MostBytes)
                throw new ApiKeyFileException(path, $"it has more than {MostBytes} bytes.");
            return Checked(path, JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), RollupJson.Options)?.Keys ?? throw new JsonException("It is null."));
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ApiKeyFileException(path, $"it is no readable file of API keys: {fault.Message}", fault);
        }
    }

    /// <summary>Creates or replaces a file, whole, with mode 600.</summary>
    /// <exception cref="ApiKeyFileException">It cannot be written.</exception>
    public static void Write(string path, IEnumerable<ApiKeyEntry> entries)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            using (FileStream stream = new(temporary, options))
            {
                JsonSerializer.Serialize(stream, new Content([.. entries]), RollupJson.Indented);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ApiKeyFileException(path, $"it cannot be written: {fault.Message}", fault);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static ImmutableArray<ApiKeyEntry> Checked(string path, ImmutableArray<ApiKeyEntry> entries)
    {
        if (entries.DistinctBy(entry => entry.KeyHash).Count() != entries.Length || entries.DistinctBy(entry => entry.Name).Count() != entries.Length)
            throw new ApiKeyFileException(path, "two entries have the same name or key hash.");
        return entries;
    }

    private sealed record Content(ImmutableArray<ApiKeyEntry> Keys);
}
