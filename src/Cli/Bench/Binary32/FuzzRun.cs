using System.Diagnostics;
using System.Globalization;

namespace TeeTee.Cli.Bench.Binary32;

/// <summary>Compares chain and C# chunk by chunk and finds the first case that differs.</summary>
/// <param name="chains">Chains that work at the same time.</param>
/// <param name="state">Where each operation stands.</param>
/// <param name="save">Called after every round.</param>
/// <param name="progress">Called with a line now and then.</param>
internal sealed class FuzzRun(IReadOnlyList<FuzzChain> chains, FuzzState state, Action save, Action<string> progress)
{
    // A chunk should take a second or so: long enough that calls cost nothing, short enough to lose little when cut.
    private const double ChunkSeconds = 1.5;
    private const ulong FirstChunk = 2_000;
    private const ulong LargestChunk = 4_000_000;
    private static readonly TimeSpan s_report = TimeSpan.FromSeconds(30);

    /// <summary>Brings one operation to <paramref name="cases"/> cases, or to the first difference.</summary>
    /// <remarks>Cases are counted in whole draws: a few more than asked for may be made.</remarks>
    public async Task<FuzzDifference?> RunAsync(FuzzOperation operation, ulong cases, CancellationToken cancellationToken)
    {
        FuzzProgress at = state.Of(operation);
        ulong chunk = FirstChunk;
        long reported = Stopwatch.GetTimestamp();
        ulong draws = (cases + FuzzCase.PerDraw - 1) / FuzzCase.PerDraw;
        while (at.Draws < draws)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long started = Stopwatch.GetTimestamp();
            List<(ulong First, ulong Count)> ranges = Ranges(at.Draws, draws, chunk);
            bool[] equal = await Task.WhenAll(ranges.Select((r, i) => IsEqualAsync(chains[i], operation, r.First, r.Count, cancellationToken))).ConfigureAwait(false);
            int wrong = Array.IndexOf(equal, false);
            if (wrong >= 0)
                return await FindAsync(operation, at, ranges[wrong].First, ranges[wrong].Count, cancellationToken).ConfigureAwait(false);
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            ulong done = ranges[^1].First + ranges[^1].Count - at.Draws;
            at.Draws += done;
            at.Seconds += seconds;
            save();
            chunk = Math.Clamp((ulong)(chunk * Math.Clamp(ChunkSeconds / seconds, 0.5, 4)), FirstChunk, LargestChunk);
            if (Stopwatch.GetElapsedTime(reported) > s_report)
            {
                reported = Stopwatch.GetTimestamp();
                progress(string.Create(CultureInfo.InvariantCulture, $"{operation}: {at.Equal:N0} of {cases:N0} equal, {done * FuzzCase.PerDraw / seconds:N0} cases/s"));
            }
        }
        return null;
    }

    // One for each chain, in a row.
    private List<(ulong First, ulong Count)> Ranges(ulong first, ulong end, ulong chunk)
    {
        List<(ulong First, ulong Count)> ranges = [];
        while (ranges.Count < chains.Count && first < end)
        {
            ulong count = Math.Min(chunk, end - first);
            ranges.Add((first, count));
            first += count;
        }
        return ranges;
    }

    private async Task<bool> IsEqualAsync(FuzzChain chain, FuzzOperation operation, ulong first, ulong count, CancellationToken cancellationToken)
    {
        Task<ulong> onChain = chain.DigestAsync(operation, state.Seed, first, count, cancellationToken);
        ulong expected = await Task.Run(() => FuzzEvaluator.Digest(operation, state.Seed, first, count), cancellationToken).ConfigureAwait(false);
        return await onChain.ConfigureAwait(false) == expected;
    }

    // The range's first half is equal or holds a difference; if it is equal, the second half holds one.
    private async Task<FuzzDifference> FindAsync(FuzzOperation operation, FuzzProgress at, ulong first, ulong count, CancellationToken cancellationToken)
    {
        while (count > 1)
        {
            ulong half = count / 2;
            if (await IsEqualAsync(chains[0], operation, first, half, cancellationToken).ConfigureAwait(false))
                (first, count) = (first + half, count - half);
            else
                count = half;
        }
        (FuzzCase drawn, ulong[] results) = await chains[0].EvaluateAsync(operation, state.Seed, first, cancellationToken).ConfigureAwait(false);
        FuzzCase own = FuzzCases.Draw(operation, state.Seed, first);
        int turn = Enumerable.Range(0, FuzzCase.PerDraw).FirstOrDefault(i => FuzzEvaluator.Evaluate(operation, own.Rotated(i)) != results[i]);
        FuzzCase wrong = own.Rotated(turn);
        FuzzDifference difference = new(
            operation, first * FuzzCase.PerDraw + (ulong)turn, wrong, FuzzEvaluator.Evaluate(operation, wrong), drawn.Rotated(turn), results[turn]);
        (at.Draws, at.Difference) = (first, difference.ToString());
        save();
        return difference;
    }
}
