namespace TeeTee.Hosting.Faults;

/// <summary>One fault that can be injected.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Role">Who commits it, and so who has to be punished.</param>
/// <param name="Description">One sentence for help texts.</param>
/// <param name="Shard">Whether shards take it (<c>teetee shard --fault</c>), be it as accomplices.</param>
/// <param name="Sequencer">Whether the sequencer takes it (<c>teetee sequencer --fault</c>), be it as an accomplice.</param>
public sealed record FaultInfo(FaultKind Kind, FaultRole Role, string Description, bool Shard, bool Sequencer)
{
    /// <summary>As typed: <c>weight-bit</c>.</summary>
    public string Name { get; } = FaultCatalog.NameOf(Kind);
}
