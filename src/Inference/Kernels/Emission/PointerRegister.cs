namespace TeeTee.Inference.Kernels.Emission;

/// <summary>
/// The general registers that emitted code uses: those that a callee may overwrite in the System V ABI, so no kernel saves anything,
/// and none of those (rsp, rbp, r12, r13) whose number means another form of address in ModRM.
/// </summary>
internal enum PointerRegister : byte
{
    Rax = 0,
    Rcx = 1,
    Rdx = 2,
    Rsi = 6,
    Rdi = 7,
    R8 = 8,
    R9 = 9,
    R10 = 10,
    R11 = 11,
}
