using System.ComponentModel;
using System.Globalization;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Kernels.Emission;

namespace TeeTee.Inference.Tests.Kernels.Emission;

public class EmittedProgramsTests
{
    [Vnni512Fact]
    public void Memory_AfterPublishing_IsExecutableAndNotWritable()
    {
        EmittedPrograms programs = EmittedPrograms.TryGet(out _)!;
        string[] place = File.ReadLines("/proc/self/maps").Select(line => line.Split(' ', 3)).Single(parts => Holds(parts[0], programs.Start));
        Assert.Equal("r-xp", place[1]);
    }

    [Vnni512Fact]
    public void Create_SystemRefusesMemory_SaysWhy()
    {
        (EmittedPrograms? programs, string missing) = EmittedPrograms.Create(_ => throw new Win32Exception(13));
        Assert.Null(programs);
        Assert.Contains("Permission denied", missing, StringComparison.Ordinal);
    }

    [Vnni512Fact]
    public void Create_Twice_WritesTheSameBytes()
    {
        List<byte[]> codes = [];
        for (int i = 0; i < 2; i++)
        {
            EmittedPrograms.Create(code =>
            {
                codes.Add(code.ToArray());
                return 0;
            });
        }
        Assert.Equal(codes[0], codes[1]);
        Assert.InRange(codes[0].Length, 1, 16 << 10);
    }

    [Vnni512Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 9)]
    public unsafe void Multiply_CountsThatNoProgramTakes_Throws(int blocks, int positions)
    {
        IMatrixKernel kernel = new EmittedMatrixKernel(EmittedPrograms.TryGet(out _)!);
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel.Multiply(WeightPacking.Q8, null, blocks, null, positions, null, 16));
    }

    private static bool Holds(string range, nint address)
    {
        nint[] ends = [.. range.Split('-').Select(end => nint.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        return ends[0] <= address && address < ends[1];
    }
}
