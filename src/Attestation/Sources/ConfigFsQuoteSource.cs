using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TeeTee.Attestation.Sources;

/// <summary>
/// Quotes of the machine this runs in, through Linux's configfs-tsm (kernel 6.7 and later). Each quote has a directory of its own, which is
/// removed whatever happens; the generation counter tells whether somebody else wrote into it meanwhile.
/// </summary>
public sealed class ConfigFsQuoteSource : IQuoteSource, IDisposable
{
    /// <summary>Where Linux has the interface.</summary>
    public const string DefaultPath = "/sys/kernel/config/tsm/report";

    private const string Provider = "tdx_guest";
    private const int MaxQuoteBytes = 64 * 1024;
    private const int MaxTextBytes = 256;
    private const int MaxAttempts = 8;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly ITsmFileSystem _files;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _one = new(1, 1);

    // The exchange that runs, or ran last; only who has _one looks at it.
    private Task _exchange = Task.CompletedTask;

    /// <summary>A source over a mounted configfs.</summary>
    /// <param name="path">The folder of reports, <see cref="DefaultPath"/> on every Linux so far.</param>
    /// <param name="clock">For the pauses between tries.</param>
    public ConfigFsQuoteSource(string path, TimeProvider clock)
        : this(path, new TsmFileSystem(), clock)
    {
    }

    internal ConfigFsQuoteSource(string path, ITsmFileSystem files, TimeProvider clock)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(clock);
        (_path, _files, _clock) = (path, files, clock);
    }

    /// <inheritdoc/>
    public string TeeType => "tdx";

    /// <inheritdoc/>
    public async Task<byte[]> GetQuoteAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken)
    {
        CheckedQuote.RequireReportData(reportData);
        // The quoting enclave answers one at a time; more at once would only contend.
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await RetryAsync(reportData, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<byte[]> RetryAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return CheckedQuote.Of(await ExchangeAsync(reportData, cancellationToken).ConfigureAwait(false), reportData.Span, _path);
            }
            catch (TsmBusyException busy)
            {
                if (attempt == MaxAttempts)
                    throw new IOException($"{_path} was busy {MaxAttempts} times: {busy.Message}", busy);
            }
            TimeSpan pause = s_firstPause * (1 << (attempt - 1));
            await Task.Delay(pause < s_longestPause ? pause : s_longestPause, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Reading the quote blocks until the host has made it, if ever; a caller who gives up does not wait, the exchange cleans up after itself. One
    /// that hangs holds up one thread, however often quotes are asked for.
    /// </summary>
    private async Task<byte[]> ExchangeAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken)
    {
        await _exchange.WaitAsync(s_deadline, _clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_exchange.IsCompleted)
            throw new IOException($"{_path} hangs: an earlier request has not come back.");
        Task<byte[]> exchange = Task.Run(() => Exchange(reportData.Span), cancellationToken);
        _exchange = exchange;
        try
        {
            return await exchange.WaitAsync(s_deadline, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            throw new IOException($"{_path} gave no quote within {s_deadline.TotalSeconds} s.", late);
        }
    }

    /// <summary>One request, in the order that Documentation/ABI/testing/configfs-tsm prescribes.</summary>
    private byte[] Exchange(ReadOnlySpan<byte> reportData)
    {
        // 1. A directory that nobody else knows.
        string entry = Path.Combine(_path, "teetee-" + RandomNumberGenerator.GetHexString(16, lowercase: true));
        Create(entry);
        try
        {
            // 2. The right kind of machine.
            string provider = ReadText(entry, "provider");
            if (!provider.StartsWith(Provider, StringComparison.Ordinal))
                throw new IOException($"{_path} is of provider '{provider}', not '{Provider}': this is no TDX guest.");
            // 3. and 4. The request counts the generation up by one.
            long before = ReadGeneration(entry);
            Do("inblob", entry, reportData, static (files, path, content) =>
            {
                files.Write(path, content);
                return [];
            });
            // 5. By more, if somebody else wrote too.
            long written = ReadGeneration(entry);
            if (written != before + 1)
                throw new TsmBusyException($"generation {written} after {before}");
            // 6. The quote.
            byte[] quote = Do("outblob", entry, [], static (files, path, _) => files.Read(path, MaxQuoteBytes));
            // 7. It is that of the request only if the generation has not moved.
            long after = ReadGeneration(entry);
            if (after != written)
                throw new TsmBusyException($"generation {after} after {written}");
            return quote.Length > 0
                ? quote
                : throw new IOException($"{_path} gave an empty quote: the host's quote generation service is missing or too old.");
        }
        finally
        {
            // 8. Always; what remains would be the next reader's confusion.
            Remove(entry);
        }
    }

    private void Create(string entry)
    {
        try
        {
            _files.CreateEntry(entry);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new IOException($"{_path} may not be written by this user.", fault);
        }
        catch (IOException fault) when (TsmBusyException.IsTransient(fault))
        {
            throw new TsmBusyException($"mkdir: {fault.Message}", fault);
        }
    }

    private void Remove(string entry)
    {
        try
        {
            _files.RemoveEntry(entry);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // An entry that stays costs memory of the kernel; the quote, or the fault that is on its way, matters more.
        }
    }

    private long ReadGeneration(string entry)
    {
        string text = ReadText(entry, "generation");
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long generation)
            ? generation
            : throw new IOException($"{entry}/generation is '{text}', no number.");
    }

    private string ReadText(string entry, string name) =>
        Encoding.ASCII.GetString(Do(name, entry, [], static (files, path, _) => files.Read(path, MaxTextBytes))).TrimEnd('\n');

    private byte[] Do(string name, string entry, ReadOnlySpan<byte> content, Operation operation)
    {
        try
        {
            return operation(_files, Path.Combine(entry, name), content);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new IOException($"{entry}/{name} may not be used by this user.", fault);
        }
        catch (IOException fault) when (TsmBusyException.IsTransient(fault))
        {
            throw new TsmBusyException($"{name}: {fault.Message}", fault);
        }
    }

    private delegate byte[] Operation(ITsmFileSystem files, string path, ReadOnlySpan<byte> content);
}
