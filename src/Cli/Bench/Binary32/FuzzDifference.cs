namespace TeeTee.Cli.Bench.Binary32;

/// <summary>A case in which chain and C# disagree, either about the operands or about the result.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Index">Number of the case.</param>
/// <param name="Case">The operands as C# draws them.</param>
/// <param name="Expected">The result in C#.</param>
/// <param name="CaseOnChain">The operands as the chain draws them.</param>
/// <param name="OnChain">The result on chain.</param>
internal sealed record FuzzDifference(FuzzOperation Operation, ulong Index, FuzzCase Case, ulong Expected, FuzzCase CaseOnChain, ulong OnChain)
{
    public override string ToString() =>
        $"{Operation} case {Index}: a={Case.A:X8} b={Case.B:X8} c={Case.C:X8} mode={Case.Mode:X8} is {Expected:X8} in C# and {OnChain:X8} on chain"
        + (Case == CaseOnChain ? "" : $", which draws a={CaseOnChain.A:X8} b={CaseOnChain.B:X8} c={CaseOnChain.C:X8} mode={CaseOnChain.Mode:X8}");
}
