namespace TeeTee.Rollup.Economics;

/// <summary>What is known about money; rules whose part is missing are not judged.</summary>
public sealed record EconomicParameters
{
    /// <summary>Stake and terms of disputes.</summary>
    public required DisputeMoney Dispute { get; init; }

    /// <summary>The dearest job that is taken.</summary>
    public JobMoney? Job { get; init; }

    /// <summary>How jobs are watched.</summary>
    public Watching? Watching { get; init; }

    /// <summary>What disputes cost.</summary>
    public MoveCosts? Costs { get; init; }

    /// <summary>Whole fees of the jobs that a slot can have unfinalised at once; null takes what the cap on unfinalised earnings allows.</summary>
    public UInt128? Exposure { get; init; }
}
