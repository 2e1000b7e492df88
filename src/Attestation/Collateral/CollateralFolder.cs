using TeeTee.Attestation.Keys;

namespace TeeTee.Attestation.Collateral;

/// <summary>One container a platform in a folder, each written whole. What is in the folder is checked like what comes from a service.</summary>
internal sealed class CollateralFolder(string path)
{
    private const string Extension = ".json";

    /// <summary>The platforms that have a file, by its name.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public IEnumerable<PlatformId> Platforms()
    {
        if (!Directory.Exists(path))
            yield break;
        foreach (string file in Directory.EnumerateFiles(path, "*" + Extension))
        {
            string[] parts = Path.GetFileNameWithoutExtension(file).Split('-');
            PckAuthority? authority = parts.Length != 2 ? null
                : parts[1] == NameOf(PckAuthority.Platform) ? PckAuthority.Platform
                : parts[1] == NameOf(PckAuthority.Processor) ? PckAuthority.Processor
                : null;
            if (authority is { } known && PlatformIds.IsValid(new PlatformId(parts[0], known)))
                yield return new PlatformId(parts[0], known);
        }
    }

    /// <exception cref="IOException">It cannot be read; the message names the file.</exception>
    public QuoteCollateral Read(PlatformId platform)
    {
        string file = FileOf(platform);
        if (new FileInfo(file).Length > QuoteCollateral.MaxContainerSize)
            throw new IOException($"{file} has more than {QuoteCollateral.MaxContainerSize} bytes.");
        return QuoteCollateral.TryParse(File.ReadAllBytes(file), out QuoteCollateral? collateral, out string cause)
            ? collateral
            : throw new IOException($"{file}: {cause}.");
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Write(PlatformId platform, QuoteCollateral collateral) =>
        PrivateFile.WritePublic(FileOf(platform), collateral.Write());

    private string FileOf(PlatformId platform) => Path.Combine(path, $"{platform.Fmspc}-{NameOf(platform.Authority)}{Extension}");

    private static string NameOf(PckAuthority authority) => authority == PckAuthority.Platform ? "platform" : "processor";
}
