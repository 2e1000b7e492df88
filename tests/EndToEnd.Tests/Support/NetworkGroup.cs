namespace TeeTee.EndToEnd.Tests;

/// <summary>The tests that share one running network, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class NetworkGroup : ICollectionFixture<NetworkFixture>
{
    public const string Name = "one running network";
}
