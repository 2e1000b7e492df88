using System.Collections.Concurrent;
using TeeTee.Primitives;
using TeeTee.ShardNode.Chain;

namespace TeeTee.ShardNode.Security;

/// <summary>
/// Which addresses are active posters, as far as calls have asked. An active one is asked for again in the background; its word counts for
/// at most <see cref="LongestAge"/> while the chain is down. Anybody can make a certificate and be a question: strangers neither push a known poster
/// out nor keep it waiting. Thread-safe.
/// </summary>
internal sealed class PosterDirectory(IChainView chain, TimeProvider clock)
{
    /// <summary>How long after a look at the chain a poster still counts as active.</summary>
    public static readonly TimeSpan LongestAge = TimeSpan.FromMinutes(5);

    private const int MostPosters = 256;
    private const int MostQuestions = 4;
    private const int MostWaiting = 64;

    private static readonly TimeSpan s_freshActive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_freshOther = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Address, (long At, bool Active)> _known = new();
    private readonly Dictionary<Address, Task<bool>> _questions = [];
    private readonly Lock _asking = new();
    private readonly SemaphoreSlim _gate = new(MostQuestions);

    /// <summary>Whether an address may post.</summary>
    /// <exception cref="ChainUnavailableException">Nothing recent is known, and the chain cannot be asked, or too many are asked for.</exception>
    public async Task<bool> IsActiveAsync(Address poster, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(poster, out var known))
        {
            TimeSpan age = clock.GetElapsedTime(known.At);
            if (age < (known.Active ? s_freshActive : s_freshOther))
                return known.Active;
            if (known.Active && age < LongestAge)
            {
                _ = Ask(poster, mostWaiting: int.MaxValue);
                return true;
            }
        }
        return await Ask(poster, MostWaiting).WaitAsync(cancellationToken);
    }

    /// <summary>One question per address at a time, whoever waits for it.</summary>
    private Task<bool> Ask(Address poster, int mostWaiting)
    {
        lock (_asking)
        {
            if (_questions.TryGetValue(poster, out Task<bool>? running) && !running.IsCompleted)
                return running;
            foreach (Address ended in _questions.Where(question => question.Value.IsCompleted).Select(question => question.Key).ToArray())
                _questions.Remove(ended);
            if (_questions.Count >= mostWaiting)
                throw new ChainUnavailableException($"{_questions.Count} other addresses are being asked for.");
            Task<bool> question = Task.Run(() => AskAsync(poster));
            _ = question.ContinueWith(failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return _questions[poster] = question;
        }
    }

    private async Task<bool> AskAsync(Address poster)
    {
        await _gate.WaitAsync();
        try
        {
            long at = clock.GetTimestamp();
            bool active = await chain.IsActivePosterAsync(poster, CancellationToken.None);
            Keep(poster, at, active);
            return active;
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Keep(Address poster, long at, bool active)
    {
        if (_known.Count >= MostPosters)
        {
            foreach ((Address other, (long At, bool Active) known) in _known)
            {
                if (!known.Active)
                    _known.TryRemove(other, out _);
            }
        }
        // Active ones have a stake each; so many there are not.
        if (_known.Count >= MostPosters)
            _known.Clear();
        _known[poster] = (at, active);
    }
}
