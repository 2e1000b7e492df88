using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using TeeTee.Inference.Kernels.Emission;

namespace TeeTee.Inference.Tests.Kernels.Emission;

/// <summary>Every encoder against evex-golden.txt: bytes from GNU as, made by evex-golden.py beside it.</summary>
public partial class EvexAssemblerTests
{
    [Fact]
    public void Encode_EveryGoldenInstruction_GivesTheBytesOfGnuAs()
    {
        List<string> differences = [];
        HashSet<string> used = [];
        foreach (string line in File.ReadLines(GoldenPath()))
        {
            (string expected, string text) = (line[..line.IndexOf(' ', StringComparison.Ordinal)], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            (string method, byte[] code) = Assemble(text);
            used.Add(method);
            if (Convert.ToHexStringLower(code) != expected)
                differences.Add($"{text}: {Convert.ToHexStringLower(code)}, not {expected}");
        }
        Assert.Empty(differences);
        string[] encoders = [.. typeof(EvexAssembler).GetMethods().Where(m => m.DeclaringType == typeof(EvexAssembler) && m.ReturnType == typeof(void)).Select(m => m.Name).Distinct()];
        Assert.Equal(encoders.Order(), used.Order());
    }

    [Fact]
    public void VectorRegister_PastTheLast_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorRegister(32));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorRegister(-1));
    }

    private static (string Method, byte[] Code) Assemble(string text)
    {
        string[] parts = text.Split(' ', 2);
        string[] o = parts.Length == 1 ? [] : parts[1].Split(", ");
        EvexAssembler to = new(text.Contains("zmm", StringComparison.Ordinal) ? VectorWidth.Bits512 : VectorWidth.Bits256);
        bool broadcast = text.Contains("{1to", StringComparison.Ordinal);
        string method = char.ToUpperInvariant(parts[0][0]) + parts[0][1..] + (broadcast ? "Broadcast" : "");
        switch (method)
        {
            case "Vmovdqu32": to.Vmovdqu32(Vector(o[0]), Memory(o[1])); break;
            case "Vmovups": to.Vmovups(Memory(o[0]), Vector(o[1])); break;
            case "Vpbroadcastd" when o[1].Contains('['): to.Vpbroadcastd(Vector(o[0]), Memory(o[1])); break;
            case "Vpbroadcastd": to.Vpbroadcastd(Vector(o[0]), Half(o[1])); break;
            case "VpslldBroadcast": to.VpslldBroadcast(Vector(o[0]), Memory(o[1]), (byte)Number(o[2])); break;
            case "Vcvtph2ps": to.Vcvtph2ps(Vector(o[0]), Memory(o[1])); break;
            case "VpdpbusdBroadcast": to.VpdpbusdBroadcast(Vector(o[0]), Vector(o[1]), Memory(o[2])); break;
            case "VmulpsBroadcast": to.VmulpsBroadcast(Vector(o[0]), Vector(o[1]), Memory(o[2])); break;
            case "Vpdpbusd": to.Vpdpbusd(Vector(o[0]), Vector(o[1]), Vector(o[2])); break;
            case "Vfmadd231ps": to.Vfmadd231ps(Vector(o[0]), Vector(o[1]), Vector(o[2])); break;
            case "Vpxord": to.Vpxord(Vector(o[0]), Vector(o[1]), Vector(o[2])); break;
            case "Vpandd": to.Vpandd(Vector(o[0]), Vector(o[1]), Vector(o[2])); break;
            case "Vcvtdq2ps": to.Vcvtdq2ps(Vector(o[0]), Vector(o[1])); break;
            case "Vpsrld": to.Vpsrld(Vector(o[0]), Vector(o[1]), (byte)Number(o[2])); break;
            case "Add" when char.IsLetter(o[1][0]): to.Add(Pointer(o[0]), Pointer(o[1])); break;
            case "Prefetcht1": to.Prefetcht1(Memory(o[0])); break;
            case "Mov": to.Mov(Half(o[0]), Number(o[1])); break;
            case "Add": to.Add(Pointer(o[0]), Number(o[1])); break;
            case "Sub": to.Sub(Pointer(o[0]), Number(o[1])); break;
            case "Jnz": to.Jnz(Number(o[0][1..])); break;
            case "Vzeroupper": to.Vzeroupper(); break;
            case "Ret": to.Ret(); break;
            default: throw new ArgumentException($"Unknown: {text}");
        }
        return (method, to.ToArray());
    }

    private static VectorRegister Vector(string text) => new(Number(text[3..]));

    private static PointerRegister Pointer(string text) => Enum.Parse<PointerRegister>(text, ignoreCase: true);

    // eax is rax, r8d is r8.
    private static PointerRegister Half(string text) => Pointer(text[0] == 'e' ? "r" + text[1..] : text[..^1]);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static MemoryOperand Memory(string text)
    {
        Match match = AddressPattern().Match(text);
        return new MemoryOperand(Pointer(match.Groups[1].Value), match.Groups[2].Success ? Number(match.Groups[2].Value) : 0);
    }

    [GeneratedRegex(@"\[(\w+)([+-]\d+)?\]")]
    private static partial Regex AddressPattern();

    private static string GoldenPath([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "evex-golden.txt");
}
