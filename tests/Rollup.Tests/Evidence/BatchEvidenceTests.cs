using System.Text;
using System.Text.Json;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Tests.Support;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Tests.Evidence;

public sealed class BatchEvidenceTests
{
    [Fact]
    public void Parse_WrittenEvidence_ReturnsItself()
    {
        BatchEvidence evidence = Sample();

        BatchEvidence read = BatchEvidence.Parse(evidence.ToJson());

        Assert.Equal(evidence, read);
        Assert.Equal(evidence.Findings[0], read.Findings[0]);
        Assert.Equal(evidence.Missing[0].Hash, read.Missing[0].Hash);
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 2")]
    [InlineData("\"invalid\"", "\"guilty\"")]
    [InlineData("\"judgedAt\"", "\"judgedat\"")]
    public void Parse_OtherVersionOrDamage_Throws(string part, string replacement)
    {
        string json = Encoding.UTF8.GetString(Sample().ToJson());

        Assert.Contains(part, json, StringComparison.Ordinal);
        Assert.Throws<JsonException>(() => BatchEvidence.Parse(Encoding.UTF8.GetBytes(json.Replace(part, replacement, StringComparison.Ordinal))));
    }

    private static BatchEvidence Sample()
    {
        World world = new();
        Draft draft = world.Draft(1);
        draft.ChangeReceipt(r => r with { Fee = r.Fee + 1 });
        (BatchHeader header, BatchData data) = world.Build(draft);
        return new BatchEvidence
        {
            Version = BatchEvidence.CurrentVersion,
            ChainId = world.Domain.ChainId,
            Rollup = world.Domain.Rollup,
            BatchIndex = 1,
            BatchHash = world.Hash(),
            JudgedAt = World.PostedAt,
            Verdict = Verdict.Invalid,
            Cause = VerdictCause.RuleBroken,
            Findings = BatchRules.Check(header, data, world.Context(2)).Findings,
            SampledLeaves = [0],
            Differences = [new TraceDifference(0, 1, 9, world.NewAddress(), 5, world.Hash(), world.Hash(), 2)],
            Missing = [data.Chunks()[0].Record],
        };
    }
}
