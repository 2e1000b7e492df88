using FsCheck;
using FsCheck.Fluent;
using TeeTee.Grpc;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Shards;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Tests.Shards;

public sealed class PipelinePlannerTests
{
    private static readonly Uri s_endpoint = new("http://127.0.0.1:9/");

    [Theory]
    [InlineData("0+4", 4, "0+4")]
    [InlineData("2+2 0+2", 4, "0+2 2+2")]
    [InlineData("0+3 0+2 2+2", 4, "0+2 2+2")]
    [InlineData("0+2 3+1", 4, null)]
    [InlineData("0+2 1+3", 4, null)]
    [InlineData("1+3", 4, null)]
    [InlineData("0+5", 4, null)]
    [InlineData("0+0 0+4", 4, "0+4")]
    [InlineData("", 4, null)]
    public void Plan_TheseRanges_GivesThisPipeline(string ranges, uint layers, string? expected)
    {
        var plan = PipelinePlanner.Plan(Members(ranges), layers);
        Assert.Equal(expected, plan is null ? null : string.Join(' ', plan.Value.Select(m => $"{m.Slot.FirstLayer}+{m.Slot.LayerCount}")));
    }

    [Fact]
    public void Plan_MoreThanSixteenStages_GivesNone()
    {
        string seventeen = string.Join(' ', Enumerable.Range(0, 17).Select(i => $"{i}+1"));
        Assert.Null(PipelinePlanner.Plan(Members(seventeen), 17));
        Assert.Equal(16, PipelinePlanner.Plan(Members(seventeen + " 3+2"), 17)!.Value.Length);
    }

    [Fact]
    public void Plan_AnyRanges_IsContiguousAndFoundIfOneExists()
    {
        Gen<string> range = Gen.Choose(0, 7).SelectMany(first => Gen.Choose(1, 5).Select(count => $"{first}+{count}"));
        Prop.ForAll(range.ListOf().ToArbitrary(), ranges =>
        {
            var plan = PipelinePlanner.Plan(Members(string.Join(' ', ranges)), 8);
            bool[] reachable = new bool[9];
            reachable[0] = true;
            for (int layer = 0; layer < 8; layer++)
            {
                foreach (int count in ranges.Where(r => reachable[layer] && r[0] - '0' == layer).Select(r => r[2] - '0').Where(c => layer + c <= 8))
                    reachable[layer + count] = true;
            }
            uint next = 0;
            bool contiguous = plan is null || plan.Value.All(m => m.Slot.FirstLayer == next && (next += m.Slot.LayerCount) <= 8);
            return contiguous && (plan is null ? !reachable[8] : next == 8);
        }).QuickCheckThrowOnFailure();
    }

    private static IEnumerable<ShardMember> Members(string ranges) => ranges.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((text, i) =>
    {
        uint[] numbers = [.. text.Split('+').Select(uint.Parse)];
        Slot slot = new((uint)i, Address.Zero, Bytes32.Zero, numbers[0], numbers[1]);
        return new ShardMember(s_endpoint, null!, slot, new SlotKey((uint)i, Address.Zero, Bytes32.Zero, 0, 1), TeeType.Tdx, new Limits());
    });
}
