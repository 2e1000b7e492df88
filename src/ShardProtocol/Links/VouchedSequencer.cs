using TeeTee.Primitives;

namespace TeeTee.ShardProtocol.Links;

/// <summary>A process whose TLS key an Ethereum key has signed. Whether that key may post is not said.</summary>
/// <param name="Poster">The address that signed.</param>
public sealed record VouchedSequencer(Address Poster) : LinkCaller
{
    public override string ToString() => $"a sequencer of {Poster}";
}
