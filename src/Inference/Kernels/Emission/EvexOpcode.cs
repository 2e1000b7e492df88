namespace TeeTee.Inference.Kernels.Emission;

/// <summary>What an EVEX instruction is, apart from its operands: the tables of SDM volume 2, all with W = 0.</summary>
/// <param name="Map">mmm: 1 is 0F, 2 is 0F38.</param>
/// <param name="Prefix">pp: 0 none, 1 is 66, 2 is F3.</param>
/// <param name="Code">The opcode byte.</param>
internal readonly record struct EvexOpcode(byte Map, byte Prefix, byte Code);
