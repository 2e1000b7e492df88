using System.Buffers.Binary;

namespace TeeTee.Inference.Kernels.Emission;

/// <summary>
/// Writes the few x86-64 instructions of the emitted kernels, all vectors of one width. A method is named after its mnemonic, takes the
/// operands in Intel's order and names the line of the Intel SDM, volume 2 (2025) that it encodes. Tests hold every method against GNU as.
/// </summary>
internal sealed class EvexAssembler(VectorWidth width)
{
    private const int LaneBytes = sizeof(int);
    private static readonly VectorRegister s_unused = new(0);
    private readonly List<byte> _code = [];

    /// <summary>Where the next instruction starts: the target of a jump back.</summary>
    public int Position => _code.Count;

    /// <summary>Bytes of a vector.</summary>
    public int VectorBytes { get; } = width == VectorWidth.Bits512 ? 64 : 32;

    public byte[] ToArray() => [.. _code];

    /// <summary>VMOVDQU32 r, m: EVEX.F3.0F.W0 6F /r, tuple full memory.</summary>
    public void Vmovdqu32(VectorRegister target, MemoryOperand source) => Load(new(1, 2, 0x6F), target, source, VectorBytes);

    /// <summary>VMOVUPS m, r: EVEX.0F.W0 11 /r, tuple full memory.</summary>
    public void Vmovups(MemoryOperand target, VectorRegister source) => Load(new(1, 0, 0x11), source, target, VectorBytes);

    /// <summary>VPBROADCASTD r, m32: EVEX.66.0F38.W0 58 /r, tuple1 scalar.</summary>
    public void Vpbroadcastd(VectorRegister target, MemoryOperand source) => Load(new(2, 1, 0x58), target, source, LaneBytes);

    /// <summary>VPBROADCASTD r, r32: EVEX.66.0F38.W0 7C /r.</summary>
    public void Vpbroadcastd(VectorRegister target, PointerRegister source) => Three(new(2, 1, 0x7C), target, s_unused, new VectorRegister((int)source));

    /// <summary>VCVTPH2PS r, m: EVEX.66.0F38.W0 13 /r, tuple half memory. Exact for finite values; MXCSR.DAZ does not apply.</summary>
    public void Vcvtph2ps(VectorRegister target, MemoryOperand source) => Load(new(2, 1, 0x13), target, source, VectorBytes / 2);

    /// <summary>VPDPBUSD sum, u8, s8: EVEX.66.0F38.W0 50 /r. Without saturation.</summary>
    public void Vpdpbusd(VectorRegister sum, VectorRegister unsigned, VectorRegister signed) => Three(new(2, 1, 0x50), sum, unsigned, signed);

    /// <summary>VPDPBUSD sum, u8, s8{1toN}: the same four signed bytes for every lane.</summary>
    public void VpdpbusdBroadcast(VectorRegister sum, VectorRegister unsigned, MemoryOperand signed) =>
        ThreeBroadcast(new(2, 1, 0x50), sum, unsigned, signed);

    /// <summary>VCVTDQ2PS r, r: EVEX.0F.W0 5B /r.</summary>
    public void Vcvtdq2ps(VectorRegister target, VectorRegister source) => Three(new(1, 0, 0x5B), target, s_unused, source);

    /// <summary>VMULPS r, a, b{1toN}: EVEX.0F.W0 59 /r.</summary>
    public void VmulpsBroadcast(VectorRegister target, VectorRegister a, MemoryOperand b) => ThreeBroadcast(new(1, 0, 0x59), target, a, b);

    /// <summary>VFMADD231PS sum, a, b: EVEX.66.0F38.W0 B8 /r. One rounding.</summary>
    public void Vfmadd231ps(VectorRegister sum, VectorRegister a, VectorRegister b) => Three(new(2, 1, 0xB8), sum, a, b);

    /// <summary>VPXORD r, a, b: EVEX.66.0F.W0 EF /r.</summary>
    public void Vpxord(VectorRegister target, VectorRegister a, VectorRegister b) => Three(new(1, 1, 0xEF), target, a, b);

    /// <summary>VPANDD r, a, b: EVEX.66.0F.W0 DB /r.</summary>
    public void Vpandd(VectorRegister target, VectorRegister a, VectorRegister b) => Three(new(1, 1, 0xDB), target, a, b);

    /// <summary>VPSRLD r, r, imm8: EVEX.66.0F.W0 72 /2 ib; the target is the operand of vvvv.</summary>
    public void Vpsrld(VectorRegister target, VectorRegister source, byte count)
    {
        Three(new(1, 1, 0x72), new VectorRegister(2), target, source);
        _code.Add(count);
    }

    /// <summary>VPSLLD r, m{1toN}, imm8: EVEX.66.0F.W0 72 /6 ib; the target is the operand of vvvv.</summary>
    public void VpslldBroadcast(VectorRegister target, MemoryOperand source, byte count)
    {
        ThreeBroadcast(new(1, 1, 0x72), new VectorRegister(6), target, source);
        _code.Add(count);
    }

    /// <summary>VZEROUPPER: VEX.128.0F.WIG 77. Other code of the process may still use SSE instructions.</summary>
    public void Vzeroupper() => _code.AddRange([0xC5, 0xF8, 0x77]);

    /// <summary>PREFETCHT1 m8: 0F 18 /2. Into the second-level cache; never faults.</summary>
    public void Prefetcht1(MemoryOperand source)
    {
        if (source.Base >= PointerRegister.R8)
            _code.Add(0x41);
        _code.AddRange([0x0F, 0x18]);
        ModRmMemory(2, source, 1);
    }

    /// <summary>ADD r64, imm32: REX.W 81 /0 id.</summary>
    public void Add(PointerRegister target, int value) => Immediate(0, target, value);

    /// <summary>ADD r64, r64: REX.W 01 /r.</summary>
    public void Add(PointerRegister target, PointerRegister value)
    {
        int rex = 0x48 | (value >= PointerRegister.R8 ? 4 : 0) | (target >= PointerRegister.R8 ? 1 : 0);
        _code.AddRange([(byte)rex, 0x01, (byte)(0xC0 | ((int)value & 7) << 3 | (int)target & 7)]);
    }

    /// <summary>MOV r32, imm32: B8+rd id. Clears the upper half.</summary>
    public void Mov(PointerRegister target, int value)
    {
        if (target >= PointerRegister.R8)
            _code.Add(0x41);
        _code.Add((byte)(0xB8 | (int)target & 7));
        Int32(value);
    }

    /// <summary>SUB r64, imm32: REX.W 81 /5 id. Sets ZF.</summary>
    public void Sub(PointerRegister target, int value) => Immediate(5, target, value);

    /// <summary>JNZ rel32: 0F 85 cd.</summary>
    /// <param name="position">A <see cref="Position"/> of before.</param>
    public void Jnz(int position)
    {
        _code.AddRange([0x0F, 0x85]);
        Int32(position - (Position + sizeof(int)));
    }

    /// <summary>RET: C3.</summary>
    public void Ret() => _code.Add(0xC3);

    // Two operands, one in memory; tuple is the N by which a short displacement counts.
    private void Load(EvexOpcode opcode, VectorRegister register, MemoryOperand memory, int tuple) =>
        WithMemory(opcode, register, s_unused, memory, tuple, broadcast: false);

    private void ThreeBroadcast(EvexOpcode opcode, VectorRegister register, VectorRegister second, MemoryOperand memory) =>
        WithMemory(opcode, register, second, memory, LaneBytes, broadcast: true);

    private void WithMemory(EvexOpcode opcode, VectorRegister register, VectorRegister second, MemoryOperand memory, int tuple, bool broadcast)
    {
        Prefix(opcode, register.Number, second.Number, (byte)memory.Base, broadcast);
        ModRmMemory(register.Number, memory, tuple);
    }

    private void Three(EvexOpcode opcode, VectorRegister register, VectorRegister second, VectorRegister third)
    {
        Prefix(opcode, register.Number, second.Number, third.Number, broadcast: false);
        _code.Add((byte)(0xC0 | (register.Number & 7) << 3 | third.Number & 7));
    }

    // The four bytes of the EVEX prefix and the opcode (SDM volume 2A, table 2-37): the registers' high bits are stored inverted.
    private void Prefix(EvexOpcode opcode, int reg, int vvvv, int rm, bool broadcast)
    {
        int r = Inverted(reg, 3) << 7 | Inverted(rm, 4) << 6 | Inverted(rm, 3) << 5 | Inverted(reg, 4) << 4;
        int v = (~vvvv & 15) << 3;
        int l = (int)width << 5 | (broadcast ? 1 << 4 : 0) | Inverted(vvvv, 4) << 3;
        _code.AddRange([0x62, (byte)(r | opcode.Map), (byte)(v | 1 << 2 | opcode.Prefix), (byte)l, opcode.Code]);
    }

    private static int Inverted(int number, int bit) => ~number >> bit & 1;

    // [base], [base + disp8 * tuple] or [base + disp32] (SDM volume 2A, 2.7.5).
    private void ModRmMemory(int reg, MemoryOperand memory, int tuple)
    {
        int operands = (reg & 7) << 3 | (int)memory.Base & 7;
        (int quotient, int rest) = Math.DivRem(memory.Displacement, tuple);
        if (memory.Displacement == 0)
        {
            _code.Add((byte)operands);
        }
        else if (rest == 0 && quotient is >= sbyte.MinValue and <= sbyte.MaxValue)
        {
            _code.Add((byte)(0x40 | operands));
            _code.Add((byte)quotient);
        }
        else
        {
            _code.Add((byte)(0x80 | operands));
            Int32(memory.Displacement);
        }
    }

    private void Immediate(int operation, PointerRegister target, int value)
    {
        _code.Add((byte)(target >= PointerRegister.R8 ? 0x49 : 0x48));
        _code.AddRange([0x81, (byte)(0xC0 | operation << 3 | (int)target & 7)]);
        Int32(value);
    }

    private void Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _code.AddRange(bytes);
    }
}
