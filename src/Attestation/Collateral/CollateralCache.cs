using System.Collections.Concurrent;

namespace TeeTee.Attestation.Collateral;

/// <summary>
/// Holds the newest authentic collateral of every platform that was asked for, in memory and in a folder, and renews it ahead of time while
/// <see cref="RunAsync"/> runs. When a source fails it goes on serving what it has; whether that is still in date is the verifier's judgement,
/// and <see cref="Report"/> warns long before. Safe for use by several threads.
/// </summary>
public sealed class CollateralCache : ICollateralProvider, ICollateralMonitor, IDisposable
{
    private readonly ICollateralSource _source;
    private readonly CollateralCacheOptions _options;
    private readonly TimeProvider _clock;
    private readonly CollateralFolder? _folder;
    private readonly CollateralMetrics _metrics;
    private readonly ConcurrentDictionary<PlatformId, CollateralEntry> _entries = new();
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly SemaphoreSlim _wake = new(0, 1);

    private CollateralCache(ICollateralSource source, CollateralCacheOptions options, TimeProvider clock)
    {
        (_source, _options, _clock) = (source, options, clock);
        _folder = options.Folder is { } folder ? new CollateralFolder(folder) : null;
        _metrics = new CollateralMetrics(Left);
    }

    /// <summary>A cache with what its folder holds; damaged or forged files are reported and ignored.</summary>
    /// <exception cref="ArgumentException">Times that contradict each other.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static CollateralCache Open(ICollateralSource source, CollateralCacheOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        if (options.AlarmBefore > options.RefreshBefore || options.FirstBackoff <= TimeSpan.Zero || options.MaxBackoff < options.FirstBackoff)
            throw new ArgumentException(
                $"Alarm {options.AlarmBefore} before the end, refresh {options.RefreshBefore} before it, pauses {options.FirstBackoff} to {options.MaxBackoff}: they do not fit.", nameof(options));
        CollateralCache cache = new(source, options, clock);
        cache.Load();
        return cache;
    }

    /// <inheritdoc/>
    public QuoteCollateral? Find(PlatformId platform)
    {
        if (!PlatformIds.IsValid(platform))
            return null;
        if (_entries.TryGetValue(platform, out CollateralEntry? entry))
            return entry.Collateral;
        if (TryAdd(platform))
            Wake();
        return null;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The platform is no platform.</exception>
    public async ValueTask<QuoteCollateral> GetAsync(PlatformId platform, CancellationToken cancellationToken)
    {
        PlatformIds.Require(platform);
        if (FindInDate(platform) is { } held)
            return held;
        if (!TryAdd(platform) && !_entries.ContainsKey(platform))
            throw new CollateralUnavailableException($"No collateral for {platform.Fmspc}: {_options.MaxPlatforms} other platforms are held already.");
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Somebody else may have fetched it meanwhile, or have failed to a moment ago.
            if (FindInDate(platform) is { } fetched)
                return fetched;
            CollateralEntry entry = _entries.GetValueOrDefault(platform) ?? new CollateralEntry { Due = _clock.GetUtcNow() };
            if (entry.LastFailure is null || entry.Due <= _clock.GetUtcNow())
                entry = await RefreshAsync(platform, cancellationToken).ConfigureAwait(false);
            return FindInDate(platform) ?? throw new CollateralUnavailableException(
                entry.LastFailure ?? $"The newest collateral for {platform.Fmspc} ({platform.Authority}) ran out {entry.Summary?.EarliestExpiry:u}.");
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<CollateralReport> Report()
    {
        DateTimeOffset now = _clock.GetUtcNow();
        return
        [
            .. _entries.OrderBy(pair => pair.Key.Fmspc, StringComparer.Ordinal).ThenBy(pair => pair.Key.Authority).Select(pair => new CollateralReport(
                pair.Key, pair.Value.StalenessAt(now, _options.AlarmBefore), pair.Value.Summary?.EarliestExpiry,
                pair.Value.Summary?.TcbInfo.TcbEvaluationDataNumber, pair.Value.LastFailure)),
        ];
    }

    /// <summary>Renews until cancelled. Without it only <see cref="GetAsync"/> fetches.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await RefreshDueAsync(cancellationToken).ConfigureAwait(false);
            await WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics.Dispose();
        _one.Dispose();
        _wake.Dispose();
    }

    /// <summary>One round: renews what is due.</summary>
    internal async Task RefreshDueAsync(CancellationToken cancellationToken)
    {
        foreach (PlatformId platform in _entries.Keys)
        {
            await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (_entries.TryGetValue(platform, out CollateralEntry? entry) && entry.Due <= _clock.GetUtcNow())
                    await RefreshAsync(platform, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _one.Release();
            }
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset due = _entries.IsEmpty ? DateTimeOffset.MaxValue : _entries.Values.Min(entry => entry.Due);
        TimeSpan pause = due - _clock.GetUtcNow();
        if (pause <= TimeSpan.Zero)
            return;
        // A clock that is set forward is noticed within the hour.
        using CancellationTokenSource alarm = new(pause < TimeSpan.FromHours(1) ? pause : TimeSpan.FromHours(1), _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(alarm.Token, cancellationToken);
        try
        {
            await _wake.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    private QuoteCollateral? FindInDate(PlatformId platform) =>
        _entries.TryGetValue(platform, out CollateralEntry? entry) && entry.Summary?.EarliestExpiry >= _clock.GetUtcNow() ? entry.Collateral : null;

    private bool TryAdd(PlatformId platform)
    {
        if (_entries.Count >= _options.MaxPlatforms && !_entries.ContainsKey(platform) && !TryForget())
        {
            Tell(CollateralEventKind.TooManyPlatforms, platform, $"{platform.Fmspc} is not looked up: {_options.MaxPlatforms} platforms are held already.");
            return false;
        }
        return _entries.TryAdd(platform, new CollateralEntry { Due = _clock.GetUtcNow() });
    }

    /// <summary>Makes room by forgetting a platform that no source knows, which is what an invented one is.</summary>
    private bool TryForget()
    {
        foreach ((PlatformId platform, CollateralEntry entry) in _entries)
        {
            if (entry.Collateral is null && entry.Failures > 0 && _entries.TryRemove(new KeyValuePair<PlatformId, CollateralEntry>(platform, entry)))
                return true;
        }
        return false;
    }

    /// <summary>Fetches and publishes; only one at a time. Failures are in the entry.</summary>
    private async Task<CollateralEntry> RefreshAsync(PlatformId platform, CancellationToken cancellationToken)
    {
        string failure;
        try
        {
            QuoteCollateral fetched = await _source.FetchAsync(platform, cancellationToken).ConfigureAwait(false);
            failure = CollateralMatch.FindFault(fetched, platform, _options.Root);
            if (failure.Length == 0)
                return Accept(platform, fetched);
        }
        catch (CollateralUnavailableException fault)
        {
            failure = fault.Message;
        }
        return Publish(platform, old => Failed(old, failure), CollateralEventKind.Failed, failure);
    }

    private CollateralEntry Failed(CollateralEntry old, string failure)
    {
        double factor = Math.Pow(2, Math.Min(old.Failures, 30));
        TimeSpan pause = _options.FirstBackoff * factor < _options.MaxBackoff ? _options.FirstBackoff * factor : _options.MaxBackoff;
        return old with { Due = _clock.GetUtcNow() + pause, Failures = old.Failures + 1, LastFailure = failure };
    }

    private CollateralEntry Accept(PlatformId platform, QuoteCollateral fetched)
    {
        CollateralEntry old = _entries.GetValueOrDefault(platform) ?? new CollateralEntry { Due = _clock.GetUtcNow() };
        CollateralSummary summary = Summarise(fetched);
        string rolledBack = "";
        QuoteCollateral newest = old is { Collateral: { } held, Summary: { } heldSummary }
            ? CollateralMerge.Newest((held, heldSummary), (fetched, summary), out rolledBack)
            : fetched;
        bool changed = !ReferenceEquals(newest, old.Collateral);
        if (changed)
            Store(platform, newest);
        summary = changed ? Summarise(newest) : old.Summary!;
        if (rolledBack.Length > 0)
            return Publish(platform, entry => Failed(Held(entry, newest, summary), $"rolled back: {rolledBack}"), CollateralEventKind.RolledBack, rolledBack);
        string message = $"evaluation {summary.TcbInfo.TcbEvaluationDataNumber}, runs out {summary.EarliestExpiry:u}";
        return Publish(platform, entry => Succeeded(Held(entry, newest, summary)), changed ? CollateralEventKind.Renewed : CollateralEventKind.Unchanged, message);
    }

    private static CollateralEntry Held(CollateralEntry old, QuoteCollateral newest, CollateralSummary summary) =>
        old with { Collateral = newest, Summary = summary };

    private CollateralEntry Succeeded(CollateralEntry held)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        DateTimeOffset wanted = held.Summary!.EarliestExpiry - _options.RefreshBefore;
        DateTimeOffset due = wanted < now + _options.RefreshEvery ? wanted : now + _options.RefreshEvery;
        DateTimeOffset soonest = now + _options.RefreshAtMostEvery;
        return held with { Due = due > soonest ? due : soonest, Failures = 0, LastFailure = null };
    }

    private CollateralEntry Publish(PlatformId platform, Func<CollateralEntry, CollateralEntry> change, CollateralEventKind kind, string message)
    {
        CollateralEntry old = _entries.GetValueOrDefault(platform) ?? new CollateralEntry { Due = _clock.GetUtcNow() };
        CollateralEntry changed = change(old);
        _entries[platform] = changed;
        _metrics.Fetched(kind);
        Tell(kind, platform, message);
        return changed;
    }

    private void Load()
    {
        foreach (PlatformId platform in _folder?.Platforms().Take(_options.MaxPlatforms) ?? [])
        {
            try
            {
                QuoteCollateral read = _folder!.Read(platform);
                string fault = CollateralMatch.FindFault(read, platform, _options.Root);
                if (fault.Length > 0)
                    Tell(CollateralEventKind.FileIgnored, platform, fault);
                else
                    _entries[platform] = new CollateralEntry { Collateral = read, Summary = Summarise(read), Due = _clock.GetUtcNow() };
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                Tell(CollateralEventKind.FileIgnored, platform, fault.Message);
            }
        }
    }

    private void Store(PlatformId platform, QuoteCollateral collateral)
    {
        try
        {
            _folder?.Write(platform, collateral);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The memory has it; a folder that cannot be written costs a fetch at the next start.
            Tell(CollateralEventKind.FileIgnored, platform, fault.Message);
        }
    }

    private TimeSpan? Left()
    {
        DateTimeOffset[] ends = [.. _entries.Values.Select(entry => entry.Summary?.EarliestExpiry).OfType<DateTimeOffset>()];
        return ends.Length == 0 ? null : ends.Min() - _clock.GetUtcNow();
    }

    private static CollateralSummary Summarise(QuoteCollateral authentic) =>
        CollateralSummary.TryRead(authentic, out CollateralSummary? summary, out string cause)
            ? summary
            : throw new InvalidOperationException($"Collateral that was read before cannot be read again: {cause}");

    private void Tell(CollateralEventKind kind, PlatformId platform, string message) =>
        _options.Observer?.Invoke(new CollateralEvent(kind, platform, message));
}
