using System.Collections.Immutable;
using TeeTee.Rollup.Verification;

namespace TeeTee.Sequencer.Shards;

/// <summary>Finds shards whose layers are contiguous over a model. Pure.</summary>
internal static class PipelinePlanner
{
    /// <summary>A pipeline of at most 16 of the members, the longest ranges first; null if they do not cover the model.</summary>
    /// <param name="layerCount">Layers of the model.</param>
    public static ImmutableArray<ShardMember>? Plan(IEnumerable<ShardMember> members, uint layerCount)
    {
        ILookup<uint, ShardMember> byFirstLayer = members
            .OrderByDescending(member => member.Slot.LayerCount).ThenBy(member => member.Slot.SlotId)
            .ToLookup(member => member.Slot.FirstLayer);
        ImmutableArray<ShardMember>.Builder path = ImmutableArray.CreateBuilder<ShardMember>();
        return Extend(byFirstLayer, 0, layerCount, path, []) ? path.ToImmutable() : null;
    }

    // A layer and the number of stages before it decide whether the rest can be covered, so each pair is tried once.
    private static bool Extend(
        ILookup<uint, ShardMember> byFirstLayer, uint layer, uint layerCount, ImmutableArray<ShardMember>.Builder path, HashSet<(uint, int)> deadEnds)
    {
        if (layer == layerCount)
            return path.Count > 0;
        if (path.Count == LeafRules.MostShards || deadEnds.Contains((layer, path.Count)))
            return false;
        foreach (ShardMember member in byFirstLayer[layer])
        {
            if (member.Slot.LayerCount == 0 || member.Slot.LayerCount > layerCount - layer)
                continue;
            path.Add(member);
            if (Extend(byFirstLayer, layer + member.Slot.LayerCount, layerCount, path, deadEnds))
                return true;
            path.RemoveAt(path.Count - 1);
        }
        deadEnds.Add((layer, path.Count));
        return false;
    }
}
