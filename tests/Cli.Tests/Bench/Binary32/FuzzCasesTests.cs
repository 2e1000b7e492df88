using TeeTee.Cli.Bench.Binary32;

namespace TeeTee.Cli.Tests.Bench.Binary32;

public sealed class FuzzCasesTests
{
    private const int Cases = 200_000;

    [Fact]
    public void Draw_ManyCases_ReachesEveryKindOfOperandAndResult()
    {
        HashSet<string> seen = [];
        for (ulong i = 0; i < Cases; i++)
        {
            FuzzCase x = FuzzCases.Draw(FuzzOperation.Fma, 1, i);
            (float a, float b, float c) = (Number(x.A), Number(x.B), Number(x.C));
            float r = MathF.FusedMultiplyAdd(a, b, c);
            seen.UnionWith([KindOf(a) + " operand", KindOf(c) + " addend", KindOf(r) + " result"]);
            if (r == 0 && a * b != 0)
                seen.Add("exact cancellation");
            if (float.IsNormal(r) && r != a * b + c)
                seen.Add("one rounding differs from two");
            if (float.IsFinite(r) && IsTie(a, b, c, r))
                seen.Add("tie");
        }

        string[] kinds = ["zero", "subnormal", "normal", "infinity", "nan"];
        string[] expected = [.. kinds.SelectMany(k => new[] { k + " operand", k + " addend", k + " result" }), "exact cancellation", "one rounding differs from two", "tie"];
        Assert.Empty(expected.Except(seen));
    }

    [Fact]
    public void Draw_AnotherSeed_GivesOtherCases() =>
        Assert.NotEqual(FuzzCases.Draw(FuzzOperation.Add, 1, 5), FuzzCases.Draw(FuzzOperation.Add, 2, 5));

    [Theory]
    [InlineData("ExpNeg", "zero", "subnormal operand")]
    [InlineData("Div", "infinity", "subnormal")]
    [InlineData("Mul", "subnormal", "infinity")]
    public void Draw_EdgesOfAnOperation_AreReached(string name, params string[] edges)
    {
        FuzzOperation operation = Enum.Parse<FuzzOperation>(name);
        HashSet<string> seen = [];
        for (ulong i = 0; i < Cases; i++)
        {
            FuzzCase x = FuzzCases.Draw(operation, 1, i);
            seen.Add(KindOf(Number(x.A)) + " operand");
            seen.Add(KindOf(Number((uint)FuzzEvaluator.Evaluate(operation, x))));
        }
        Assert.Empty(edges.Except(seen));
    }

    // In double the product is exact and the sum of near ones too: halfway between the result and a neighbour.
    private static bool IsTie(float a, float b, float c, float r)
    {
        double exact = (double)a * b + c;
        double gap = MathF.BitIncrement(MathF.Abs(r)) - MathF.Abs(r);
        return Math.Abs(exact - r) * 2 == gap && exact - c == (double)a * b;
    }

    private static float Number(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    private static string KindOf(float x) =>
        float.IsNaN(x) ? "nan" : float.IsInfinity(x) ? "infinity" : x == 0 ? "zero" : float.IsSubnormal(x) ? "subnormal" : "normal";
}
