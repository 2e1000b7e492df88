using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.ShardNode.Tests.Support;

namespace TeeTee.ShardNode.Tests.Attestations;

/// <summary>A quote made for one purpose is refused for every other, and within its purpose for every other statement.</summary>
public sealed class PurposeTests : IDisposable
{
    // One hash stands for nonce, root and key hash wherever a purpose takes one: nothing but the purpose differs.
    private static readonly Bytes32 s_hash = Keccak256.Hash("nonce, root or key"u8);

    private static readonly Dictionary<string, Func<Statement, byte[]>> s_purposes = new(StringComparer.Ordinal)
    {
        ["epoch"] = s => ReportData.ForEpoch(s.Domain, s.Model, s.Slot, s.Operator, s.Time, s.Hash, s.SigningKey, s.EncryptionKey),
        ["registration"] = s => ReportData.ForRegistration(s.Domain, s.Slot, s.Operator, s.Hash, s.SigningKey, s.EncryptionKey),
        ["tls"] = s => ReportData.ForTls(s.Domain, s.Model, s.Slot, s.Operator, s.Hash, s.Time, s.Time + 1, s.SigningKey, s.EncryptionKey),
        ["attestation"] = s => ReportData.ForAttestation(s.Domain, s.Model, s.Slot, s.Operator, s.Hash, s.SigningKey, s.EncryptionKey),
        ["legacy"] = s => ReportData.ForLegacyAttestation(s.SigningKey, s.Hash),
    };

    private static readonly Dictionary<string, Func<Statement, Statement>> s_changes = new(StringComparer.Ordinal)
    {
        ["chain"] = s => s with { Domain = new RollupDomain(s.Domain.ChainId + 1, s.Domain.Rollup) },
        ["contract"] = s => s with { Domain = new RollupDomain(s.Domain.ChainId, TestJob.User.Address) },
        ["model"] = s => s with { Model = Bytes32.Zero },
        ["slot"] = s => s with { Slot = s.Slot + 1 },
        ["operator"] = s => s with { Operator = TestJob.User.Address },
        ["time"] = s => s with { Time = s.Time + 1 },
        ["hash"] = s => s with { Hash = Bytes32.Zero },
        ["signing key"] = s => s with { SigningKey = TestJob.User.Address },
        ["encryption key"] = s => s with { EncryptionKey = Bytes32.Zero },
    };

    private readonly SimulatedTee _tee = new();

    public static TheoryData<string> Purposes => [.. s_purposes.Keys];

    public void Dispose() => _tee.Dispose();

    [Theory]
    [MemberData(nameof(Purposes))]
    public async Task Verify_QuoteOfOnePurpose_IsAcceptedForThatAlone(string made)
    {
        byte[] quote = await _tee.Quotes.GetQuoteAsync(s_purposes[made](Statement.Sample), CancellationToken.None);

        foreach ((string asked, Func<Statement, byte[]> report) in s_purposes)
        {
            QuoteVerdict verdict = _tee.Verify(quote, report(Statement.Sample));
            Assert.Equal((asked, asked == made ? null : QuoteStage.ReportData), (asked, verdict.Error?.Stage));
        }
    }

    [Theory]
    [MemberData(nameof(Purposes))]
    public async Task Verify_OtherStatementOfThePurpose_IsRefusedUnlessThePurposeHasNoSuchField(string purpose)
    {
        string[] absent = purpose switch
        {
            "registration" => ["model", "time"],
            "attestation" => ["time"],
            "legacy" => ["chain", "contract", "model", "slot", "operator", "time", "encryption key"],
            _ => [],
        };
        byte[] quote = await _tee.Quotes.GetQuoteAsync(s_purposes[purpose](Statement.Sample), CancellationToken.None);

        foreach ((string field, Func<Statement, Statement> change) in s_changes)
        {
            QuoteVerdict verdict = _tee.Verify(quote, s_purposes[purpose](change(Statement.Sample)));
            Assert.Equal((field, absent.Contains(field)), (field, verdict.Accepted));
        }
    }

    // The halves apart: the first is the statement's alone, the second the keys'. A purpose could otherwise be put together from two quotes' halves.
    [Fact]
    public void ReportData_TaggedPurposes_ShareTheKeyHalfAndNoFirstHalf()
    {
        string[] tagged = [.. s_purposes.Keys.Where(purpose => purpose != "legacy")];
        byte[][] data = [.. tagged.Select(purpose => s_purposes[purpose](Statement.Sample))];

        Assert.Equal(tagged.Length, data.Select(d => new Bytes32(d.AsSpan(0, 32))).Distinct().Count());
        Assert.Single(data.Select(d => new Bytes32(d.AsSpan(32))).Distinct());
        Assert.All(data, d => Assert.Equal(ReportData.Size, d.Length));
        Assert.Equal(new byte[12], ReportData.ForLegacyAttestation(Statement.Sample.SigningKey, s_hash)[20..32]);
    }

    private sealed record Statement(
        RollupDomain Domain, Bytes32 Model, uint Slot, Address Operator, ulong Time, Bytes32 Hash, Address SigningKey, Bytes32 EncryptionKey)
    {
        public static Statement Sample { get; } = new(
            Cluster.Domain, Keccak256.Hash("model"u8), 3, new Address(Keccak256.Hash("operator"u8).ToArray().AsSpan(12)), 190_000_000, s_hash,
            new Address(Keccak256.Hash("signing"u8).ToArray().AsSpan(12)), Keccak256.Hash("encryption"u8));
    }
}
