using TeeTee.Primitives;
using TeeTee.Rollup.Links;
using TeeTee.Rollup.Tests.Support;

namespace TeeTee.Rollup.Tests.Links;

public sealed class ShardClaimsTests
{
    private static readonly DateTimeOffset s_from = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly Bytes32 s_key = Keccak256.Hash("key"u8);

    public static TheoryData<string> Fields => ["chain id", "rollup", "model id", "slot", "operator", "signing key", "encryption key"];

    [Theory]
    [MemberData(nameof(Fields))]
    public void Mismatch_OneFieldOther_NamesItWithBothValues(string field)
    {
        ShardClaims claims = new Samples(1).ShardClaims();
        ShardClaims other = Change(claims, field);

        string? mismatch = claims.Mismatch(other);

        Assert.Null(claims.Mismatch(claims));
        Assert.StartsWith($"the {field} is ", mismatch, StringComparison.Ordinal);
        Assert.Contains(" by its certificate and should be ", mismatch, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void ToReportData_OneFieldOther_IsOther(string field)
    {
        ShardClaims claims = new Samples(1).ShardClaims();

        Assert.NotEqual(claims.ToReportData(s_key, s_from, s_from.AddHours(24)), Change(claims, field).ToReportData(s_key, s_from, s_from.AddHours(24)));
    }

    [Fact]
    public void ToReportData_KeyOrValidityOther_IsOther()
    {
        ShardClaims claims = new Samples(1).ShardClaims();
        byte[][] all =
        [
            claims.ToReportData(s_key, s_from, s_from.AddHours(24)),
            claims.ToReportData(Keccak256.Hash("another"u8), s_from, s_from.AddHours(24)),
            claims.ToReportData(s_key, s_from.AddSeconds(1), s_from.AddHours(24)),
            claims.ToReportData(s_key, s_from, s_from.AddHours(24).AddSeconds(1)),
        ];

        Assert.Equal(4, all.Select(Convert.ToHexString).Distinct().Count());
        Assert.All(all, data => Assert.Equal(64, data.Length));
    }

    private static ShardClaims Change(ShardClaims claims, string field)
    {
        Samples other = new(99);
        return field switch
        {
            "chain id" => claims with { ChainId = claims.ChainId ^ 1 },
            "rollup" => claims with { Rollup = other.Address() },
            "model id" => claims with { ModelId = other.Hash() },
            "slot" => claims with { Slot = claims.Slot ^ 1 },
            "operator" => claims with { Operator = other.Address() },
            "signing key" => claims with { SigningKey = other.Address() },
            _ => claims with { EncryptionKey = other.Hash() },
        };
    }
}
