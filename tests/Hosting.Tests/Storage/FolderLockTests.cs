using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Storage;

namespace TeeTee.Hosting.Tests.Storage;

public sealed class FolderLockTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("teetee-lock-").FullName, "state");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public async Task Take_HeldByAnotherProcess_IsRefusedUntilThatIsKilled()
    {
        using Child other = Child.Start("hold", _folder);
        Assert.Equal("held", await other.ReadLineAsync());

        FailureException refused = Assert.Throws<FailureException>(() => FolderLock.Take(_folder));
        other.Kill();
        await other.WaitAsync();

        Assert.Equal("state_in_use", refused.Code);
        using FolderLock taken = FolderLock.Take(_folder);
    }

    [Fact]
    public void Take_HeldByThisProcess_IsRefusedUntilItIsLetGo()
    {
        using (FolderLock held = FolderLock.Take(_folder))
            Assert.Equal("state_in_use", Assert.Throws<FailureException>(() => FolderLock.Take(_folder)).Code);

        using FolderLock again = FolderLock.Take(_folder);
        Assert.True(File.Exists(Path.Combine(_folder, FolderLock.FileName)));
    }
}
