using System.Collections.Concurrent;
using TeeTee.Attestation.Sources;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>The real simulator behind a gate: counts what is asked of it, and refuses or waits where a test says so.</summary>
internal sealed class ScriptedQuotes(IQuoteSource inner) : IQuoteSource
{
    public ConcurrentQueue<byte[]> Asked { get; } = new();

    public bool IsBroken { get; set; }

    public Task Gate { get; set; } = Task.CompletedTask;

    public string TeeType => inner.TeeType;

    public async Task<byte[]> GetQuoteAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken)
    {
        Asked.Enqueue(reportData.ToArray());
        await Gate.WaitAsync(cancellationToken);
        if (IsBroken)
            throw new IOException("The test's quote source is broken.");
        return await inner.GetQuoteAsync(reportData, cancellationToken);
    }
}
