namespace TeeTee.Verifier.Tests.Support;

/// <summary>Tests that share one devnet and leave it as they found it.</summary>
[CollectionDefinition(Name)]
public sealed class DevnetCollection : ICollectionFixture<Devnet>
{
    public const string Name = "devnet";
}
