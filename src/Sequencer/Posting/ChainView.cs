using TeeTee.Primitives;

namespace TeeTee.Sequencer.Posting;

/// <summary>The contract's state, all of it at one block.</summary>
internal sealed record ChainView
{
    /// <summary>The index that the next batch must name.</summary>
    public required ulong NextIndex { get; init; }

    /// <summary>Hash of the newest batch that stands; zero before the first.</summary>
    public required Bytes32 HeadHash { get; init; }

    /// <summary>The newest batch that is final at the block at which finality is believed.</summary>
    public required ulong FinalIndex { get; init; }

    /// <summary>Unix seconds.</summary>
    public required ulong Time { get; init; }

    /// <summary>The batches that were asked for and are there.</summary>
    public required IReadOnlyDictionary<ulong, ChainBatch> Batches { get; init; }
}
