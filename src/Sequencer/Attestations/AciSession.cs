using System.Text.Json.Nodes;
using TeeTee.Sequencer.Shards;

namespace TeeTee.Sequencer.Attestations;

/// <summary>One shard whose quote this sequencer has verified, as a document that names itself by its hash.</summary>
/// <param name="Id">Hex of the hash of the canonical document.</param>
/// <param name="UpstreamName">What the shard is called here.</param>
/// <param name="Member">The shard.</param>
/// <param name="ExpiresAt">When it has to be made anew; Unix seconds.</param>
/// <param name="Document">The document.</param>
internal sealed record AciSession(string Id, string UpstreamName, ShardMember Member, long ExpiresAt, JsonObject Document)
{
    /// <summary>The session of a document.</summary>
    public static AciSession Of(ShardMember member, long expiresAt, JsonObject document) =>
        new(AciIdentity.HashOf(document), NameOf(member), member, expiresAt, document);

    /// <summary>What a shard is called.</summary>
    public static string NameOf(ShardMember member) => $"slot-{member.Slot.SlotId}";

    /// <summary>Whether it still speaks of the shard as it is now.</summary>
    /// <param name="now">Unix seconds.</param>
    public bool Holds(ShardMember member, long now) =>
        now < ExpiresAt && Member.Slot == member.Slot && Member.Key == member.Key && Member.Endpoint == member.Endpoint;
}
