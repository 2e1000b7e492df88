namespace TeeTee.Cli.Bench.Binary32;

/// <summary>The operands of one case.</summary>
/// <param name="A">Bits of the first operand.</param>
/// <param name="B">Bits of the second operand.</param>
/// <param name="C">Bits of the third operand.</param>
/// <param name="Mode">Chose how the operands were made; some operations read it too.</param>
internal readonly record struct FuzzCase(uint A, uint B, uint C, uint Mode);
