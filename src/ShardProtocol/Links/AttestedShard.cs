using TeeTee.Rollup.Links;

namespace TeeTee.ShardProtocol.Links;

/// <summary>An enclave whose quote binds its TLS key to these claims. Whether the contract knows them is not said.</summary>
/// <param name="Claims">What it is.</param>
public sealed record AttestedShard(ShardClaims Claims) : LinkCaller
{
    public override string ToString() => $"slot {Claims.Slot} of {Claims.Operator}";
}
