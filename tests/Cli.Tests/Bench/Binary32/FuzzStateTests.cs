using TeeTee.Cli.Bench.Binary32;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;

namespace TeeTee.Cli.Tests.Bench.Binary32;

public sealed class FuzzStateTests : IDisposable
{
    private static readonly Bytes32 s_code = Keccak256.Hash([1]);
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-fuzz-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "state.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void LoadOrBegin_SavedState_GoesOn()
    {
        FuzzState state = FuzzState.LoadOrBegin(Path, s_code, seed: 3);
        state.Of(FuzzOperation.Fma).Draws = 12_345;
        state.Save(Path);

        Assert.Equal(12_345ul, FuzzState.LoadOrBegin(Path, s_code, seed: 3).Of(FuzzOperation.Fma).Draws);
    }

    [Fact]
    public void LoadOrBegin_OtherCodeOrSeed_StartsAgain()
    {
        FuzzState state = FuzzState.LoadOrBegin(Path, s_code, seed: 3);
        state.Of(FuzzOperation.Fma).Draws = 12_345;
        state.Save(Path);

        Assert.Equal(0ul, FuzzState.LoadOrBegin(Path, Keccak256.Hash([2]), seed: 3).Of(FuzzOperation.Fma).Draws);
        Assert.Equal(0ul, FuzzState.LoadOrBegin(Path, s_code, seed: 4).Of(FuzzOperation.Fma).Draws);
    }

    [Fact]
    public void LoadOrBegin_NoState_IsRefused()
    {
        File.WriteAllText(Path, "{");

        Assert.Equal("bad_state", Assert.Throws<FailureException>(() => FuzzState.LoadOrBegin(Path, s_code, seed: 3)).Code);
    }
}
