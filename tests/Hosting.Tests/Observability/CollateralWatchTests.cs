using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Hosting.Observability;

namespace TeeTee.Hosting.Tests.Observability;

/// <summary>Real collateral in a file that somebody replaces while a service runs.</summary>
public sealed class CollateralWatchTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly SimulatedPki _pki = SimulatedPki.Create(TimeProvider.System);
    private readonly Readiness _readiness = new();
    private readonly Warnings _log = new();

    public void Dispose()
    {
        _pki.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public void Check_FileRunsOutAndIsRenewed_WarnsThenBlocksThenClears()
    {
        Write(ageInDays: 1);
        CollateralWatch watch = Watch(CollateralFile.Open(_path));

        watch.Check();
        Assert.Empty(_log.Lines);
        Write(ageInDays: 25);
        watch.Check();
        watch.Check();
        Assert.Contains("is not renewed", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.True(_readiness.IsReady);
        Write(ageInDays: 31);
        watch.Check();
        Assert.Equal(2, _log.Lines.Count);
        Assert.Contains("its quotes are refused", _readiness.Obstacles[CollateralWatch.Part], StringComparison.Ordinal);
        File.Delete(_path);
        watch.Check();
        Assert.Contains("is absent", _readiness.Obstacles[CollateralWatch.Part], StringComparison.Ordinal);
        Write(ageInDays: 1);
        watch.Check();
        Assert.True(_readiness.IsReady);
    }

    [Fact]
    public async Task RunAsync_NobodyCanTell_EndsAtOnce()
    {
        await Watch(null, new HeldCollateral(_pki.Collateral(DateTimeOffset.UtcNow.AddDays(-40)))).RunAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.True(_readiness.IsReady);
    }

    private CollateralWatch Watch(params ICollateralProvider?[] providers) => new(providers, _readiness, TimeProvider.System, _log);

    // A file of the same length within one tick of the clock would look unchanged, so each version has its own time.
    private void Write(int ageInDays)
    {
        File.WriteAllBytes(_path, _pki.Collateral(DateTimeOffset.UtcNow.AddDays(-ageInDays)).Write());
        File.SetLastWriteTimeUtc(_path, DateTime.UtcNow.AddDays(-ageInDays));
    }

    private sealed class Warnings : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.Equal(LogLevel.Warning, logLevel);
            Lines.Add(formatter(state, exception));
        }
    }
}
