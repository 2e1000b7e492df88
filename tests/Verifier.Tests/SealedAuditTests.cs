using System.Text;
using TeeTee.Attestation.Encryption;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Messages;
using TeeTee.Verifier.Judging;
using TeeTee.Verifier.Tests.Support;

namespace TeeTee.Verifier.Tests;

/// <summary>Sealed jobs, judged by a verifier that may read them, by one that may not, and under every lie of hosts and clients.</summary>
[Collection(DevnetCollection.Name)]
public sealed class SealedAuditTests(Devnet net) : IAsyncLifetime
{
    private readonly string _folder = net.NewFolder();
    private string _snapshot = "";
    private Bytes32 _auditor;

    private string KeyFile => Path.Combine(_folder, "audit.pem");

    public async Task InitializeAsync()
    {
        _snapshot = await net.SnapshotAsync();
        using EnclaveEncryptionKey key = EnclaveEncryptionKey.Create(KeyFile);
        _auditor = new Bytes32(key.PublicKey.Span);
    }

    public Task DisposeAsync() => net.RevertAsync(_snapshot);

    [Fact]
    public async Task VerifyAsync_WrappedToThisVerifier_IsReexecutedLikeAPublicJob()
    {
        Batch batch = await new BatchMaker(net).MakeAsync(
            new JobPlan(1), Plan(2), Plan(3) with { Auditors = [] }, Plan(4) with { Greedy = true, Prompt = [.. Enumerable.Range(0, 300).Select(i => (uint)(i % 300))] });
        (ulong index, _) = await net.PostAsync(batch.Header, batch.Chunks);

        BatchVerdict audited = await JudgeAsync(index, KeyFile);
        BatchVerdict blind = await JudgeAsync(index, null);

        Assert.True(audited.Verdict == Verdict.Valid, audited.Detail);
        Assert.Equal(2u, Assert.Single(audited.SealedLeaves));
        Assert.Equal([0u, 1u, 3u], audited.Evidence.SampledLeaves.Order());
        Assert.True(blind.Verdict == Verdict.Valid, blind.Detail);
        Assert.Equal([1u, 2u, 3u], blind.SealedLeaves.Order());
        Assert.Equal(0u, Assert.Single(blind.Evidence.SampledLeaves));
    }

    public static TheoryData<string, string, uint?, int?> Lies => new()
    {
        { "leaf of the second slot", nameof(ReexecutionFault.LeafDiffers), 3, 1 },
        { "unsalted leaf", nameof(ReexecutionFault.LeafDiffers), 0, 0 },
        { "last token", nameof(ReexecutionFault.TokenDiffers), null, 1 },
        { "token out of the vocabulary", nameof(ReexecutionFault.TokensBreakRule), null, null },
        { "stop token in the middle", nameof(ReexecutionFault.TokensBreakRule), null, null },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task VerifyAsync_SignedLieInASealedJob_IsFoundByItsAuditorWithoutTellingATokenOfIt(string lie, string fault, uint? position, int? part)
    {
        const uint Wrong = 4_294_967_291;
        Batch batch = await new BatchMaker(net).MakeAsync(Plan(1), Plan(2) with
        {
            Lie = (tokens, lists) =>
            {
                switch (lie)
                {
                    case "leaf of the second slot": lists[1][3] = Keccak256.Hash([7]); break;
                    case "unsalted leaf": lists[0][0] = TraceCommitment.Leaf(0, Bytes32.Zero, Bytes32.Zero, Bytes32.Zero); break;
                    case "last token": tokens[^1] = tokens[^1] == 50 ? 51u : 50u; break;
                    case "token out of the vocabulary": tokens[6] = Wrong; break;
                    default: tokens[6] = 2; break;
                }
            },
        });
        (ulong index, _) = await net.PostAsync(batch.Header, batch.Chunks);

        BatchVerdict audited = await JudgeAsync(index, KeyFile);
        BatchVerdict blind = await JudgeAsync(index, null);

        Assert.True(audited.Verdict == Verdict.Invalid, audited.Detail);
        ReexecutionFinding found = audited.Reexecution[0];
        Assert.Equal((1u, fault, part), (found.Leaf, $"{found.Fault}", found.Part));
        if (position is not null)
            Assert.Equal(position, found.Position);
        Assert.Equal(2, audited.Reproductions);
        Assert.All(audited.Reexecution, f => Assert.False(uint.TryParse(f.Expected, out _) || uint.TryParse(f.Actual, out _), $"{f}"));
        Assert.DoesNotContain($"{Wrong}", Encoding.UTF8.GetString(audited.ToJson()), StringComparison.Ordinal);
        Assert.Equal(Verdict.Valid, blind.Verdict);
        Assert.Equal([0u, 1u], blind.SealedLeaves.Order());
    }

    [Fact]
    public async Task VerifyAsync_ClientWrappedAnotherKey_IsUnreadAndConvictsNobody()
    {
        Batch batch = await new BatchMaker(net).MakeAsync(Plan(1), Plan(2) with { WrapsAnotherKey = true });
        (ulong index, _) = await net.PostAsync(batch.Header, batch.Chunks);

        BatchVerdict verdict = await JudgeAsync(index, KeyFile);

        Assert.True(verdict.Verdict == Verdict.Valid, verdict.Detail);
        Assert.Equal(1u, Assert.Single(verdict.SealedLeaves));
        Assert.Contains("1 sealed could not be checked", verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_AuditKeyThatIsNone_IsRefused()
    {
        string path = Path.Combine(_folder, "none.pem");
        await File.WriteAllTextAsync(path, "none");

        FailureException fault = await Assert.ThrowsAsync<FailureException>(() => JudgeAsync(1, path));

        Assert.Equal("key_unusable", fault.Code);
    }

    private JobPlan Plan(ulong nonce) => new(nonce) { Privacy = PrivacyMode.Sealed, Auditors = [_auditor] };

    private async Task<BatchVerdict> JudgeAsync(ulong index, string? auditKey)
    {
        using BatchVerification verification = await BatchVerification.OpenAsync(net.Options() with { AuditKeyFile = auditKey }, TimeProvider.System, net.Bound);
        return await verification.VerifyAsync(index, net.Bound);
    }
}
