using System.ComponentModel;

namespace TeeTee.Inference.Kernels.Emission;

/// <summary>All programs of this process, written once: the tile products of both packings for 1 to 8 positions, and the loops of the peak.</summary>
/// <remarks>
/// The calls are ordinary unmanaged ones: the transition costs 1 to 3 ns of calls that take 300 ns and more, and the collector never has
/// to wait for a thread that is inside. The bytes depend on nothing but this source, so they are the same in every process.
/// </remarks>
internal sealed unsafe class EmittedPrograms
{
    /// <summary>Makes code executable and returns its address.</summary>
    internal delegate nint CodePublisher(ReadOnlySpan<byte> code);

    // A program starts at a line of its own.
    private const int Alignment = 64;

    private static readonly Lazy<(EmittedPrograms? Programs, string Missing)> s_instance = new(() => Create(ExecutableMemory.Publish));

    private readonly nint[] _entries;

    private EmittedPrograms(nint start, ReadOnlySpan<int> offsets)
    {
        _entries = new nint[offsets.Length];
        for (int i = 0; i < offsets.Length; i++)
            _entries[i] = start + offsets[i];
    }

    /// <summary>The programs, or null with what this machine or system lacks.</summary>
    public static EmittedPrograms? TryGet(out string missing)
    {
        (EmittedPrograms? programs, missing) = s_instance.Value;
        return programs;
    }

    /// <summary>One tile times one group of positions; see <see cref="TileProductCode"/>.</summary>
    public void MultiplyTile(WeightPacking packing, byte* tile, int blocks, byte* group, int positions, float* y, nint stride)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blocks);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(positions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(positions, ActivationGroup.MaxPositions);
        var program = (delegate* unmanaged<byte*, nint, byte*, float*, nint, void>)_entries[TileIndex(packing, positions)];
        program(tile, blocks, group, y, stride * sizeof(float));
    }

    public void RunPeak256(long rounds) => RunPeak(_entries[^2], rounds);

    public void RunPeak512(long rounds) => RunPeak(_entries[^1], rounds);

    /// <summary>Where the programs begin, one after the other.</summary>
    internal nint Start => _entries[0];

    private static void RunPeak(nint entry, long rounds) => ((delegate* unmanaged<nint, void>)entry)((nint)rounds);

    private static int TileIndex(WeightPacking packing, int positions) =>
        (packing == WeightPacking.Q4 ? ActivationGroup.MaxPositions : 0) + positions - 1;

    /// <summary>Writes all programs.</summary>
    /// <param name="publish">Makes code executable; throws <see cref="Win32Exception"/> where the system refuses.</param>
    internal static (EmittedPrograms? Programs, string Missing) Create(CodePublisher publish)
    {
        if (!X86Features.IsLinuxX64)
            return (null, "needs Linux on x86-64");
        if (!X86Features.HasAvx512Vnni)
            return (null, "needs AVX512-VNNI, not switched off");
        List<byte> code = [];
        List<int> offsets = [];
        foreach (byte[] program in All())
        {
            code.AddRange(new byte[-code.Count & (Alignment - 1)]);
            offsets.Add(code.Count);
            code.AddRange(program);
        }
        try
        {
            return (new EmittedPrograms(publish([.. code]), [.. offsets]), "");
        }
        catch (Win32Exception refusal)
        {
            return (null, $"the system gives no executable memory: {refusal.Message}");
        }
    }

    // In the order of TileIndex, then the two peaks.
    private static IEnumerable<byte[]> All()
    {
        foreach (WeightPacking packing in (WeightPacking[])[WeightPacking.Q8, WeightPacking.Q4])
        {
            for (int positions = 1; positions <= ActivationGroup.MaxPositions; positions++)
                yield return TileProductCode.Emit(packing, positions);
        }
        yield return PeakLoopCode.Emit(VectorWidth.Bits256);
        yield return PeakLoopCode.Emit(VectorWidth.Bits512);
    }
}
