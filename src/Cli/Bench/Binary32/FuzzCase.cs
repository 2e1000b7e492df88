namespace TeeTee.Cli.Bench.Binary32;

/// <summary>The operands of one case.</summary>
/// <param name="A">Bits of the first operand.</param>
/// <param name="B">Bits of the second operand.</param>
/// <param name="C">Bits of the third operand.</param>
/// <param name="Mode">Chose how the operands were made; some operations read it too.</param>
internal readonly record struct FuzzCase(uint A, uint B, uint C, uint Mode)
{
    /// <summary>Cases that one draw gives.</summary>
    public const int PerDraw = 3;

    /// <summary>The same operands in turn: (a, b, c), (b, c, a), (c, a, b).</summary>
    public FuzzCase Rotated(int times) => (times % PerDraw) switch { 0 => this, 1 => new(B, C, A, Mode), _ => new(C, A, B, Mode) };
}
