namespace TeeTee.Inference.Kernels.Emission;

/// <summary>Memory at a register plus a constant.</summary>
internal readonly record struct MemoryOperand(PointerRegister Base, int Displacement);
