using TeeTee.Attestation.Collateral;
using static TeeTee.Attestation.Tests.QuoteFixture;

namespace TeeTee.Attestation.Tests.Collateral;

public sealed class CollateralFileTests
{
    private static readonly PlatformId s_platform = new("53494d554c00", PckAuthority.Platform);

    [Fact]
    public async Task GetAsync_FileOfThePlatform_GivesIt()
    {
        using TemporaryFolder folder = new();
        CollateralFile file = Open(folder);

        QuoteCollateral held = await file.GetAsync(s_platform, CancellationToken.None);

        Assert.Equal(GoodCollateral.TcbInfo.ToArray(), held.TcbInfo.ToArray());
        Assert.Same(held, file.Find(s_platform));
    }

    [Fact]
    public async Task Find_AnotherPlatform_IsNotHeld()
    {
        using TemporaryFolder folder = new();
        CollateralFile file = Open(folder);
        foreach (PlatformId other in new[] { s_platform with { Authority = PckAuthority.Processor }, s_platform with { Fmspc = "00806f050000" } })
        {
            Assert.Null(file.Find(other));
            await Assert.ThrowsAsync<CollateralUnavailableException>(async () => await file.GetAsync(other, CancellationToken.None));
        }
    }

    [Fact]
    public void Find_FileReplaced_GivesTheNewOne()
    {
        using TemporaryFolder folder = new();
        CollateralFile file = Open(folder);
        QuoteCollateral renewed = CollateralOf(shape => shape with { IssuedAt = Now });
        Write(folder, renewed.Write());

        Assert.Equal(renewed.TcbInfo.ToArray(), file.Find(s_platform)!.TcbInfo.ToArray());
    }

    [Fact]
    public async Task Find_FileDamagedOrGone_KeepsWhatWasRead()
    {
        using TemporaryFolder folder = new();
        CollateralFile file = Open(folder);
        Write(folder, "{}"u8.ToArray());
        Assert.NotNull(file.Find(s_platform));
        await Assert.ThrowsAsync<CollateralUnavailableException>(async () => await file.GetAsync(s_platform, CancellationToken.None));
        File.Delete(folder.File("collateral.json"));
        Assert.NotNull(file.Find(s_platform));

        Write(folder, GoodCollateral.Write());
        Assert.NotNull(await file.GetAsync(s_platform, CancellationToken.None));
    }

    [Fact]
    public void Open_AbsentLargeOrOtherFile_IsRefused()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("collateral.json");
        Assert.Contains("absent", Refusal(), StringComparison.Ordinal);
        Write(folder, new byte[QuoteCollateral.MaxContainerSize + 1]);
        Assert.Contains("at most", Refusal(), StringComparison.Ordinal);
        Write(folder, "{}"u8.ToArray());
        Assert.Contains("no collateral container", Refusal(), StringComparison.Ordinal);
        Write(folder, (GoodCollateral with { TcbInfo = "{}"u8.ToArray() }).Write());
        Assert.Contains("names no platform", Refusal(), StringComparison.Ordinal);

        string Refusal() => Assert.Throws<CollateralUnavailableException>(() => CollateralFile.Open(path)).Message;
    }

    private static CollateralFile Open(TemporaryFolder folder)
    {
        Write(folder, GoodCollateral.Write());
        return CollateralFile.Open(folder.File("collateral.json"));
    }

    private static void Write(TemporaryFolder folder, byte[] content)
    {
        string path = folder.File("collateral.json");
        File.WriteAllBytes(path, content);
        // Two writes within the file system's resolution of time must differ all the same.
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(content.Length));
    }
}
