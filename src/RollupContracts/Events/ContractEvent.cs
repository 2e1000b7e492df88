using TeeTee.Ethereum;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>Any event of the rollup's contracts.</summary>
/// <param name="Name">Such as SlotRegistered.</param>
/// <param name="Values">By parameter name; as in <see cref="AbiCodec"/>.</param>
public sealed record ContractEvent(string Name, IReadOnlyDictionary<string, object> Values)
{
    private static readonly Lazy<AbiEvent[]> s_events = new(() =>
        [.. ContractNames.All.SelectMany(n => ContractArtifact.Load(n).Events).DistinctBy(e => e.Signature)]);

    /// <summary>Decodes a log; null if it is none of the contracts' events.</summary>
    /// <exception cref="MalformedDataException">The log has an event's topics but not its data.</exception>
    public static ContractEvent? Decode(LogEntry log)
    {
        ArgumentNullException.ThrowIfNull(log);
        AbiEvent? found = s_events.Value.FirstOrDefault(e => e.Matches(log.Topics));
        if (found is null)
            return null;
        object[] values = found.Decode(log.Topics, log.Data.Span);
        return new ContractEvent(found.Name, found.Inputs.Select((p, i) => (p.Name, values[i])).ToDictionary(p => p.Name, p => p.Item2));
    }
}
