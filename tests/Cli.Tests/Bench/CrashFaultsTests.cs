using TeeTee.Cli.Bench;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Cli.Tests.Bench;

/// <summary>The bench finds what it is there to find.</summary>
public sealed class CrashFaultsTests
{
    private static readonly CrashAnswer s_first = new(Keccak256.Hash([1]), 10, Fault: null);
    private static readonly CrashAnswer s_second = new(Keccak256.Hash([2]), 20, Fault: null);

    [Fact]
    public void OfLeaves_EachAnswerOnce_FindsNothing() =>
        Assert.Empty(CrashFaults.OfLeaves([s_first, s_second], [Leaf(s_second.JobId, 20), Leaf(s_first.JobId, 10)]));

    [Fact]
    public void OfLeaves_JobPostedTwice_IsFound() =>
        Assert.Contains("2 times", Assert.Single(CrashFaults.OfLeaves([s_first], [Leaf(s_first.JobId, 10), Leaf(s_first.JobId, 10)])), StringComparison.Ordinal);

    [Fact]
    public void OfLeaves_JobLost_IsFound() =>
        Assert.Contains("0 times", Assert.Single(CrashFaults.OfLeaves([s_first, s_second], [Leaf(s_first.JobId, 10)])), StringComparison.Ordinal);

    [Fact]
    public void OfLeaves_AnotherFee_IsFound() =>
        Assert.Contains("11 wei instead of 10", Assert.Single(CrashFaults.OfLeaves([s_first], [Leaf(s_first.JobId, 11)])), StringComparison.Ordinal);

    [Fact]
    public void OfLeaves_JobOfNobody_IsFound() =>
        Assert.Contains("nobody asked", Assert.Single(CrashFaults.OfLeaves([s_first], [Leaf(s_first.JobId, 10), Leaf(s_second.JobId, 20)])), StringComparison.Ordinal);

    [Theory]
    [InlineData(new ulong[] { }, true)]
    [InlineData(new ulong[] { 1, 2, 3 }, true)]
    [InlineData(new ulong[] { 1, 1 }, false)]
    [InlineData(new ulong[] { 1, 3 }, false)]
    [InlineData(new ulong[] { 2 }, false)]
    public void OfIndices_TwiceOrWithGaps_IsFound(ulong[] indices, bool right) => Assert.Equal(right, !CrashFaults.OfIndices(indices).Any());

    [Theory]
    [InlineData(30, 30, 0, 30, 0)]
    [InlineData(30, 40, 0, 30, 1)]
    [InlineData(30, 30, 5, 30, 1)]
    [InlineData(30, 30, 0, 60, 1)]
    [InlineData(30, 20, 0, 20, 2)]
    public void OfMoney_AnyDifference_IsFound(ulong charged, ulong spent, ulong held, ulong paid, int faults) =>
        Assert.Equal(faults, CrashFaults.OfMoney(charged, spent, held, paid).Count());

    private static QueryReceipt Leaf(Bytes32 jobId, UInt128 fee) => new()
    {
        JobId = jobId,
        RequestHash = Bytes32.Zero,
        ShardReceiptHashes = [],
        Finish = FinishReason.Length,
        PromptTokens = 1,
        OutputTokens = 1,
        TokensRoot = Bytes32.Zero,
        CancelHash = Bytes32.Zero,
        Fee = fee,
        StateRootAfter = Bytes32.Zero,
    };
}
