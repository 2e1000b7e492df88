namespace TeeTee.Attestation.Collateral;

/// <summary>
/// Collateral of one platform family out of a container file, read again whenever the file changes: whoever renews it (a development
/// network's PKI, a timer that fetches) replaces the file. Safe for use by several threads.
/// </summary>
public sealed class CollateralFile : ICollateralProvider, ICollateralMonitor
{
    private static readonly TimeSpan s_alarmBefore = new CollateralCacheOptions().AlarmBefore;

    private readonly string _path;
    private readonly Lock _gate = new();
    private (DateTime Written, long Length) _version;
    private QuoteCollateral? _held;
    private readonly TimeProvider _clock;
    private PlatformId? _platform;
    private CollateralSummary? _summary;

    private CollateralFile(string path, TimeProvider clock) => (_path, _clock) = (path, clock);

    /// <summary>Reads the file for the first time, so that a wrong path is found at start.</summary>
    /// <param name="path">The container.</param>
    /// <param name="clock">What <see cref="Report"/> compares dates with; the system's where null.</param>
    /// <exception cref="CollateralUnavailableException">It cannot be read or is no container.</exception>
    public static CollateralFile Open(string path, TimeProvider? clock = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CollateralFile file = new(path, clock ?? TimeProvider.System);
        file.Read();
        return file;
    }

    /// <inheritdoc/>
    /// <remarks>What was read last stays in use while the file is missing or damaged; the verifier judges its dates.</remarks>
    public QuoteCollateral? Find(PlatformId platform)
    {
        lock (_gate)
        {
            try
            {
                Refresh();
            }
            catch (CollateralUnavailableException)
            {
                // The next call looks again.
            }
            return _platform == platform ? _held : null;
        }
    }

    /// <inheritdoc/>
    public ValueTask<QuoteCollateral> GetAsync(PlatformId platform, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            Refresh();
            return _platform == platform && _held is { } held
                ? ValueTask.FromResult(held)
                : throw new CollateralUnavailableException($"{_path} is about {_platform}, not about {platform}.");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<CollateralReport> Report()
    {
        DateTimeOffset now = _clock.GetUtcNow();
        lock (_gate)
        {
            string? failure = null;
            try
            {
                Refresh();
            }
            catch (CollateralUnavailableException fault)
            {
                failure = fault.Message;
            }
            CollateralEntry entry = new() { Due = now, Summary = _summary };
            return _platform is { } platform
                ? [new CollateralReport(platform, entry.StalenessAt(now, s_alarmBefore), _summary?.EarliestExpiry, _summary?.TcbInfo.TcbEvaluationDataNumber, failure)]
                : [];
        }
    }

    private void Read()
    {
        lock (_gate)
        {
            Refresh();
        }
    }

    private void Refresh()
    {
        try
        {
            FileInfo file = new(_path);
            if (!file.Exists)
                throw new CollateralUnavailableException($"{_path} is absent.");
            if ((file.LastWriteTimeUtc, file.Length) == _version)
                return;
            Load(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CollateralUnavailableException($"{_path} cannot be read: {fault.Message}", fault);
        }
    }

    private void Load(FileInfo file)
    {
        if (file.Length > QuoteCollateral.MaxContainerSize)
            throw new CollateralUnavailableException($"{_path} has {file.Length} bytes, at most {QuoteCollateral.MaxContainerSize} are read.");
        (DateTime Written, long Length) version = (file.LastWriteTimeUtc, file.Length);
        if (!QuoteCollateral.TryParse(File.ReadAllBytes(_path), out QuoteCollateral? read, out string cause))
            throw new CollateralUnavailableException($"{_path} is no collateral container: {cause}.");
        if (!read.TryReadPlatform(out PlatformId platform, out cause))
            throw new CollateralUnavailableException($"{_path} names no platform: {cause}.");
        // What cannot be summarised is the verifier's to refuse, part by part.
        CollateralSummary.TryRead(read, out CollateralSummary? summary, out _);
        (_held, _platform, _summary, _version) = (read, platform, summary, version);
    }
}
