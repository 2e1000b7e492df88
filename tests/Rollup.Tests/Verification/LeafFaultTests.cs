using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Tests.Support;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Tests.Verification;

/// <summary>Plants each fault in the second leaf of an honest batch and demands that exactly this fault is found, there.</summary>
public sealed class LeafFaultTests
{
    public static TheoryData<LeafFault> Faults => [.. Enum.GetValues<LeafFault>()];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Check_PlantedFault_FindsExactlyIt(LeafFault fault)
    {
        World world = new();
        Draft planted = world.Draft(nonce: 2);
        FaultPlants.Plant(fault, world, planted);
        (BatchHeader header, var data) = world.Build(world.Draft(nonce: 1), planted);

        BatchJudgement judgement = BatchRules.Check(header, data, world.Context(data.Quotes.Length));

        BatchFinding finding = Assert.Single(judgement.Findings);
        Assert.Equal(BatchFault.LeafInvalid, finding.Fault);
        Assert.Equal(1u, finding.Leaf);
        Assert.Equal(fault, finding.LeafFinding!.Fault);
        Assert.NotEqual(finding.Expected, finding.Actual);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void TryAdd_PlantedFault_IsRefusedOrMadeGood(LeafFault fault)
    {
        World world = new();
        Draft planted = world.Draft(nonce: 2);
        FaultPlants.Plant(fault, world, planted);
        var builder = new TeeTee.Rollup.Batches.BatchBuilder(world.Context(0));
        builder.TryAdd(world.Answer(world.Draft(nonce: 1)));
        builder.TryAdd(world.Answer(planted));

        var batch = builder.Build();

        Assert.Empty(BatchRules.Check(batch.Header, batch.Data, world.Context(batch.Data.Quotes.Length)).Findings);
    }

    [Theory]
    [InlineData(FinishReason.Stop)]
    [InlineData(FinishReason.Length)]
    [InlineData(FinishReason.Cancelled)]
    [InlineData(FinishReason.Void)]
    public void Check_HonestLeafOfEveryFinish_FindsNothing(FinishReason finish)
    {
        World world = new();
        Draft draft = world.Draft(nonce: 2);
        if (finish is FinishReason.Length or FinishReason.Cancelled)
            draft.EndWithoutStop(finish);
        draft.Finish = finish;
        if (finish == FinishReason.Cancelled)
            draft.Cancel = c => c;
        if (finish == FinishReason.Length)
            draft.Request = draft.Request with { MaxOutputTokens = 4 };
        (BatchHeader header, var data) = world.Build(world.Draft(nonce: 1), draft);

        BatchJudgement judgement = BatchRules.Check(header, data, world.Context(data.Quotes.Length));

        Assert.Empty(judgement.Findings);
        Assert.Equal(header.StateRoot, judgement.StateAfter!.Root);
    }

    [Fact]
    public void Check_SealedJob_JudgesAllButItsTokens()
    {
        World world = new();
        Draft draft = world.Draft(nonce: 1);
        draft.Request = draft.Request with { Privacy = PrivacyMode.Sealed };
        draft.Leaf = leaf => leaf with { Tokens = FaultPlants.Sealed(draft.Tokens.Length) };
        (BatchHeader header, var data) = world.Build(draft);

        Assert.Empty(BatchRules.Check(header, data, world.Context(data.Quotes.Length)).Findings);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(157)]
    public void Check_SealedJobOfAnotherForm_NamesTheForm(int bytes)
    {
        World world = new();
        Draft draft = world.Draft(nonce: 1);
        draft.Request = draft.Request with { Privacy = PrivacyMode.Sealed };
        draft.Leaf = leaf => leaf with { Tokens = FaultPlants.Sealed(draft.Tokens.Length)[..bytes] };
        (BatchHeader header, var data) = world.Build(draft);

        BatchFinding finding = Assert.Single(BatchRules.Check(header, data, world.Context(data.Quotes.Length)).Findings);
        Assert.Equal(LeafFault.SealedTokensMalformed, finding.LeafFinding!.Fault);
    }

    [Fact]
    public void OpenedFault_TokensOfASealedJob_AreJudgedLikePublicOnes()
    {
        World world = new();
        Draft draft = world.Draft(nonce: 1);
        var leaf = world.Build(draft).Data.Leaves[0];

        Assert.Null(LeafRules.OpenedFault(leaf, world.Model, draft.Tokens));
        Assert.Equal(LeafFault.TokenOutOfRange, LeafRules.OpenedFault(leaf, world.Model, [.. draft.Tokens[..3], 1000, .. draft.Tokens[4..]])?.Fault);
        Assert.Equal(LeafFault.StopTokenIgnored, LeafRules.OpenedFault(leaf, world.Model, [.. draft.Tokens[..3], 77, .. draft.Tokens[4..]])?.Fault);
        Assert.Equal(LeafFault.StopTokenMissing, LeafRules.OpenedFault(leaf, world.Model, [.. draft.Tokens[..^1], 17])?.Fault);
    }

    [Theory]
    [InlineData(1_000_000, 0, World.PostedAt, false)]
    [InlineData(1_000_000, 0, World.PostedAt + 1, true)]
    [InlineData(999_999, 0, World.PostedAt + 1, false)]
    [InlineData(1_000_000, World.PostedAt, World.PostedAt + 1, false)]
    public void Check_SignedBySessionKey_FollowsTheSession(ulong cap, ulong revokedAt, ulong expiresAt, bool isAllowed)
    {
        World world = new();
        var grant = new TeeTee.Rollup.Requests.SessionGrant(World.User.Address, World.Stranger.Address, cap, expiresAt, revokedAt);
        world.View = world.View with { Sessions = world.View.Sessions.Add((grant.User, grant.Key), grant) };
        Draft draft = world.Draft(nonce: 1);
        draft.RequestSigner = World.Stranger;
        (BatchHeader header, var data) = world.Build(draft);

        var faults = BatchRules.Check(header, data, world.Context(data.Quotes.Length)).Findings.Select(f => f.LeafFinding?.Fault);

        Assert.Equal(isAllowed ? [] : [LeafFault.RequestSignerInvalid], faults.OfType<LeafFault>());
    }
}
