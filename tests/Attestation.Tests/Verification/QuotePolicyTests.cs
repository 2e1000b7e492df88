using System.Text;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Tests.Verification;

public sealed class QuotePolicyTests
{
    private static readonly string s_hash = new('a', 64);
    private static readonly string s_register = new('b', 96);

    [Fact]
    public void TryParse_EmptyObject_IsTheDefault()
    {
        QuotePolicy policy = Parse("{}");
        QuotePolicy standard = new();
        Assert.Equal(standard.AllowedTdAttributes, policy.AllowedTdAttributes);
        Assert.Equal([TcbStatus.UpToDate], policy.AcceptedStatuses);
        Assert.Empty(policy.AllowedMeasurements);
        Assert.Null(policy.AllowedAdvisories);
        Assert.Equal((false, false, false, 0), (policy.AllowSimulated, policy.AllowServiceTd, policy.StrictComponents, policy.MinTcbEvaluationDataNumber));
    }

    [Fact]
    public void TryParse_EveryMember_IsRead()
    {
        QuotePolicy policy = Parse($$"""
            {
              "allowedTdAttributes": ["0x0000000010000000", "8000000010000000"],
              "measurements": {"mrTd": ["{{s_register}}"], "rtmr3": [], "mrConfigId": ["{{s_register}}"]},
              "mrConfigId": ["{{s_register}}"],
              "composeHash": ["{{s_hash}}"],
              "allowServiceTd": true,
              "acceptedStatuses": ["UpToDate", "TDRelaunchAdvised"],
              "allowedAdvisories": ["INTEL-SA-00001"],
              "minTcbEvaluationDataNumber": 19,
              "strictComponents": true
            }
            """);

        Assert.Equal([0x1000_0000ul, 0x8000_0000_1000_0000ul], policy.AllowedTdAttributes);
        Assert.Equal([TcbStatus.UpToDate, TcbStatus.TDRelaunchAdvised], policy.AcceptedStatuses);
        Assert.Equal(["INTEL-SA-00001"], policy.AllowedAdvisories!);
        Assert.Equal((true, true, 19), (policy.AllowServiceTd, policy.StrictComponents, policy.MinTcbEvaluationDataNumber));
        Assert.Equal(3, policy.AllowedMeasurements.Count);
        Assert.Empty(policy.AllowedMeasurements[TdMeasurement.Rtmr3]);
        string[] configurations = [.. policy.AllowedMeasurements[TdMeasurement.MrConfigId].Select(value => Convert.ToHexStringLower(value.Span))];
        Assert.Equal([s_register, s_register, $"01{s_hash}{new string('0', 30)}"], configurations);
    }

    [Theory]
    [InlineData("{\"allowSimulated\": true}", "unknown member \"allowSimulated\"")]
    [InlineData("{\"measurements\": {\"mrtd\": []}}", "unknown member \"mrtd\"")]
    [InlineData("{\"acceptedStatuses\": [\"Revoked\"]}", "no status that can be accepted")]
    [InlineData("{\"acceptedStatuses\": [\"0\"]}", "no status that can be accepted")]
    [InlineData("{\"acceptedStatuses\": \"UpToDate\"}", "a list")]
    [InlineData("{\"allowedTdAttributes\": [\"10000000\"]}", "16 hex digits")]
    [InlineData("{\"allowedTdAttributes\": [268435456]}", "no text")]
    [InlineData("{\"composeHash\": [\"aa\"]}", "32 bytes")]
    [InlineData("{\"measurements\": {\"mrTd\": [\"aa\"]}}", "48 bytes")]
    [InlineData("{\"strictComponents\": 1}", "true or false")]
    [InlineData("{\"strictComponents\": true, \"strictComponents\": false}", "uplicate")]
    [InlineData("{\"minTcbEvaluationDataNumber\": -1}", "a number from 0")]
    [InlineData("[]", "no object")]
    [InlineData("", "no JSON")]
    public void TryParse_IllFormed_IsRefused(string text, string cause)
    {
        Assert.False(QuotePolicy.TryParse(Encoding.UTF8.GetBytes(text), out _, out string actual));
        Assert.Contains(cause, actual, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(48)]
    public void OfComposeHash_OtherLength_Throws(int length) =>
        Assert.Throws<ArgumentException>(() => MrConfigId.OfComposeHash(new byte[length]));

    [Fact]
    public void Verify_ComposeHashPolicy_PassesOnlyItsMachine()
    {
        string own = Convert.ToHexStringLower(QuoteFixture.Measurements[TdMeasurement.MrConfigId].Span[1..33]);
        QuotePolicy policy = Parse($$"""{"composeHash": ["{{own}}"]}""") with { AllowSimulated = true };
        QuotePolicy other = Parse($$"""{"composeHash": ["{{s_hash}}"]}""") with { AllowSimulated = true };

        Assert.Null(QuoteVerifier.Verify(QuoteFixture.Ordinary, QuoteFixture.Input(policy)).Error);
        QuoteFixture.AssertRefused(
            QuoteStage.Measurements, "MrConfigId 01", QuoteVerifier.Verify(QuoteFixture.Ordinary, QuoteFixture.Input(other)));
    }

    private static QuotePolicy Parse(string text)
    {
        Assert.True(QuotePolicy.TryParse(Encoding.UTF8.GetBytes(text), out QuotePolicy? policy, out string cause), cause);
        return policy;
    }
}
