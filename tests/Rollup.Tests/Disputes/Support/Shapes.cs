namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>The shapes by name, as theories give them.</summary>
internal static class Shapes
{
    public static DisputeShape Named(string name) => name switch
    {
        "Small" => DisputeShape.Small,
        "Long" => DisputeShape.Long,
        "Odd" => DisputeShape.Odd,
        "TwoPages" => DisputeShape.TwoPages,
        "TwoSegments" => DisputeShape.TwoSegments,
        _ => throw new ArgumentException($"No shape {name}.", nameof(name)),
    };
}
