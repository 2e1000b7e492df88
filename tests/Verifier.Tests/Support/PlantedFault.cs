using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;

namespace TeeTee.Verifier.Tests.Support;

/// <summary>One fault of a sequencer or host, and what a verifier must say about it.</summary>
internal sealed record PlantedFault
{
    /// <summary>The jobs; the fault is in the second.</summary>
    public Func<Devnet, JobPlan[]> Plans { get; init; } = _ => [new JobPlan(1), new JobPlan(2)];

    /// <summary>Changes the data before roots are made over it.</summary>
    public Func<Devnet, BatchData, BatchData> Data { get; init; } = (_, data) => data;

    /// <summary>Changes the header that is posted.</summary>
    public Func<BatchHeader, BatchHeader> Header { get; init; } = header => header;

    /// <summary>Text that the verdict's detail must have.</summary>
    public required string Names { get; init; }
}
