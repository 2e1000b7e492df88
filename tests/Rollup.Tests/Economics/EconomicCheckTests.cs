using TeeTee.Rollup.Economics;

namespace TeeTee.Rollup.Tests.Economics;

public sealed class EconomicCheckTests
{
    // Sound in every respect; each test spoils one number.
    private static readonly EconomicParameters s_sound = new()
    {
        Dispute = new DisputeMoney(Stake: 1_000_000, Bond: 5_000, Penalty: 200_000, Bounty: 50_000, Compensation: 5_000),
        Job = new JobMoney(Fee: 1_000, Share: 400, Gain: 300),
        Watching = new Watching(0.05, 0.1),
        Costs = new MoveCosts(GasPrice: 2, ChallengerGas: 2_000, DefenderGas: 2_000, Reexecution: 1_000),
    };

    [Fact]
    public void Judge_SoundParameters_BreaksNoRuleAndJudgesAll()
    {
        EconomicVerdict verdict = EconomicCheck.Judge(s_sound);

        Assert.True(verdict.Holds);
        Assert.Null(verdict.Refusal(development: false));
        Assert.Equal(Enum.GetValues<EconomicRule>(), verdict.Findings.Select(f => f.Rule));
    }

    public static TheoryData<EconomicRule, bool, EconomicParameters> Spoilt => new()
    {
        { EconomicRule.StakeCoversConviction, false, s_sound with { Job = s_sound.Job! with { Fee = 450_000 }, Exposure = 0 } },
        { EconomicRule.StakeCoversConviction, true, s_sound with { Dispute = s_sound.Dispute with { Penalty = 1_000_001 } } },
        { EconomicRule.HalfIsBurnt, false, s_sound with { Dispute = s_sound.Dispute with { Penalty = 109_999 } } },
        { EconomicRule.BountyPaysChallenger, false, s_sound with { Costs = s_sound.Costs! with { Reexecution = 46_000 } } },
        { EconomicRule.BountyPaysChallenger, true, s_sound with { Dispute = s_sound.Dispute with { Bounty = 0 } } },
        { EconomicRule.BondPaysDefender, false, s_sound with { Costs = s_sound.Costs! with { DefenderGas = 2_501 } } },
        { EconomicRule.ShareWithinStake, false, s_sound with { Job = new JobMoney(300_000, 125_001, 300), Exposure = 0 } },
        { EconomicRule.OneCheatLoses, false, s_sound with { Job = s_sound.Job! with { Gain = 10_000 } } },
        { EconomicRule.OneCheatLoses, true, s_sound with { Watching = new Watching(0, 0) } },
        { EconomicRule.OneCheatLoses, true, s_sound with { Watching = new Watching(1, 1) } },
        { EconomicRule.StakeCoversExposure, false, s_sound with { Job = s_sound.Job! with { Fee = 1_700 } } },
        { EconomicRule.StakeCoversExposure, false, s_sound with { Exposure = 500_001 } },
        { EconomicRule.OneCheatLoses, false, s_sound with { Job = null, Watching = new Watching(0, 0) } },
    };

    [Theory]
    [MemberData(nameof(Spoilt))]
    public void Judge_OneNumberSpoilt_NamesTheRuleAndBothValues(EconomicRule rule, bool certain, EconomicParameters spoilt)
    {
        EconomicVerdict verdict = EconomicCheck.Judge(spoilt);
        EconomicFinding finding = Assert.Single(verdict.Broken, f => f.Rule == rule);

        Assert.Equal(certain, finding.LossIsCertain);
        string refusal = Assert.IsType<string>(verdict.Refusal(development: false));
        Assert.Contains($"{rule}", refusal, StringComparison.Ordinal);
        Assert.Contains(finding.Value, refusal, StringComparison.Ordinal);
        Assert.Contains(finding.Bound, refusal, StringComparison.Ordinal);
        Assert.Equal(verdict.Broken.Any(f => f.LossIsCertain), verdict.Refusal(development: true) is not null);
    }

    /// <summary>A penalty of the whole stake deters one cheat at q = 2 %, but not the hundreds that fit under it.</summary>
    [Fact]
    public void Judge_ManyJobsUnderOneStake_AreJudgedTogether()
    {
        EconomicParameters spoilt = s_sound with
        {
            Dispute = s_sound.Dispute with { Penalty = 1_000_000 },
            Job = new JobMoney(Fee: 10_000, Share: 50, Gain: 9_000),
            Watching = new Watching(0.02, 0),
            Exposure = null,
        };
        EconomicVerdict verdict = EconomicCheck.Judge(spoilt);

        Assert.Contains(verdict.Broken, f => f.Rule == EconomicRule.ManyCheatsLose);
        Assert.DoesNotContain(verdict.Broken, f => f.Rule == EconomicRule.OneCheatLoses);
    }

    /// <summary>Nothing deters when far more is in flight than the stake: the exposure that is given counts, not the cap.</summary>
    [Fact]
    public void Judge_ExposureFarAboveTheStake_ManyCheatsPay()
    {
        EconomicVerdict verdict = EconomicCheck.Judge(s_sound with { Job = new JobMoney(Fee: 1_000, Share: 300, Gain: 300), Watching = new Watching(0.05, 0), Exposure = 4_000_000_000 });

        Assert.Contains(verdict.Broken, f => f.Rule == EconomicRule.ManyCheatsLose);
        Assert.Contains(verdict.Broken, f => f.Rule == EconomicRule.StakeCoversExposure);
        Assert.DoesNotContain(verdict.Broken, f => f.Rule == EconomicRule.OneCheatLoses);
    }

    [Fact]
    public void Judge_PartsMissing_JudgesTheRest()
    {
        EconomicVerdict verdict = EconomicCheck.Judge(new EconomicParameters { Dispute = s_sound.Dispute });

        Assert.Equal([EconomicRule.StakeCoversConviction, EconomicRule.HalfIsBurnt], verdict.Findings.Select(f => f.Rule));
    }

    /// <summary>Bonds double with every eight disputes: the first eight cost the base each.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(8, 40_000)]
    [InlineData(9, 50_000)]
    [InlineData(24, 8 * 5_000 * 7)]
    public void BondsOf_ManyDisputes_Doubles(int disputes, ulong expected) => Assert.Equal(expected, s_sound.Dispute.BondsOf(disputes));
}
