using System.Text;
using TeeTee.Inference.HuggingFace;

namespace TeeTee.Inference.Tests.HuggingFace;

public class SafetensorsFileTests
{
    private static readonly SafetensorsBuilder s_good = new SafetensorsBuilder()
        .Tensor("a", "F32", [2, 3], [.. Enumerable.Range(0, 24).Select(static i => (byte)i)])
        .Tensor("b", "BF16", [4], [1, 2, 3, 4, 5, 6, 7, 8]).Tensor("c", "I64", [], new byte[8]).Tensor("d", "F16", [0, 7], []);

    [Fact]
    public void Parse_WellFormedFile_FindsEveryTensor()
    {
        using SafetensorsFile file = SafetensorsFile.Parse("x", s_good.Build());
        Assert.Equal(["a", "b", "c", "d"], file.Tensors.Keys.Order());
        Assert.Equal((SafetensorsType.BF16, "[4]", 8L), (file.Tensors["b"].Type, file.Tensors["b"].ShapeText, file.Tensors["b"].ByteLength));
        Assert.Equal(SafetensorsType.Other, file.Tensors["c"].Type);
        byte[] bytes = new byte[4];
        file.Read(file.Tensors["a"], 20, bytes);
        Assert.Equal([20, 21, 22, 23], bytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(file.Tensors["a"], 21, bytes));
    }

    /// <summary>Each case changes one thing of the header above.</summary>
    [Theory]
    [InlineData("\"F32\"", "\"F33\"", "unknown type F33")]
    [InlineData("\"F32\"", "\"F64\"", "takes 48 bytes, the file gives it 24")]
    [InlineData("[2,3]", "[2,4]", "takes 32 bytes")]
    [InlineData("[2,3]", "[2,-3]", "one that is none")]
    [InlineData("[2,3]", "[1,1,1,1,1,1,1,2,3]", "more than 8 numbers")]
    [InlineData("[2,3]", "[4294967296,4294967296,2]", "too large")]
    [InlineData("[2,3]", "[9223372036854775807,9223372036854775807]", "too large")]
    [InlineData("[2,3]", "[2,3.5]", "one that is none")]
    [InlineData("[2,3]", "6", "no list")]
    [InlineData("[24,32]", "[16,24]", "overlaps")]
    [InlineData("[24,32]", "[32,40]", "leaves a gap")]
    [InlineData("[24,32]", "[32,24]", "outside of the 40 bytes")]
    [InlineData("[24,32]", "[36,44]", "outside of the 40 bytes")]
    [InlineData("[24,32]", "[24,9223372036854775807]", "outside of the 40 bytes")]
    [InlineData("[24,32]", "[24,99999999999999999999]", "one that is none")]
    [InlineData("[32,40]", "[32,40,41]", "more than 2 numbers")]
    [InlineData("\"b\"", "\"a\"", "tensor a occurs twice")]
    [InlineData("\"b\"", "\"\"", "name is empty")]
    [InlineData("\"dtype\":\"BF16\",", "", "lacks its dtype")]
    [InlineData("\"dtype\":\"BF16\",", "\"dtype\":\"BF16\",\"dtype\":\"BF16\",", "repeated key dtype")]
    [InlineData("\"dtype\":\"BF16\",", "\"dtype\":\"BF16\",\"x\":1,", "unknown or repeated key x")]
    [InlineData("\"dtype\":\"BF16\",", "\"dtype\":7,", "no JSON of the format")]
    [InlineData("\"b\":{", "\"b\":[{", "described by no object")]
    [InlineData("{\"__meta", " {\"__meta", "does not start with {")]
    [InlineData("\"pt\"", "\"pt\\ud800\"", null)]
    [InlineData("\"b\"", "\"b\\ud800\"", "no JSON of the format")]
    public void Parse_DamagedHeader_NamesWhatIsWrong(string old, string with, string? cause)
    {
        byte[] bytes = s_good.Build(header => header.Replace(old, with, StringComparison.Ordinal));
        if (cause is null)
            SafetensorsFile.Parse("x", bytes).Dispose();
        else
            Assert.Contains(cause, Assert.Throws<HuggingFaceException>(() => SafetensorsFile.Parse("x", bytes)).Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { }, "too few")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0 }, "too few")]
    [InlineData(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, 123, 125 }, "claims 3 bytes")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 123, 125 }, "claims 18446744073709551615 bytes")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 128, 123, 125 }, "claims 9223372036854775808 bytes")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0, 0, 123, 125, 1 }, "belong to no tensor")]
    [InlineData(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, 123, 125, 125 }, "no JSON")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 }, "does not start with {")]
    public void Parse_HostileLengths_AreRefused(byte[] bytes, string cause) => Assert.Contains(
        cause, Assert.Throws<HuggingFaceException>(() => SafetensorsFile.Parse("x", bytes)).Cause, StringComparison.Ordinal);

    /// <summary>What is accepted must be safe to read: every tensor lies in the file, and none shares a byte with another.</summary>
    [Fact]
    public void Parse_FlippedAndCutBytes_FailsAsDocumentedOrIsConsistent()
    {
        byte[] good = s_good.Build();
        Random random = new(11);
        int refused = 0, accepted = 0;
        for (int run = 0; run < 20_000; run++)
        {
            byte[] bytes = [.. good];
            for (int i = random.Next(1, 4); i > 0; i--)
                bytes[random.Next(bytes.Length - 40)] = random.Next(3) == 0 ? (byte)random.Next(256) : "0123456789{}[]\",:eFB16"u8[random.Next(22)];
            if (random.Next(4) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                using SafetensorsFile file = SafetensorsFile.Parse("x", bytes);
                Assert.True(file.Tensors.Values.Sum(static tensor => tensor.ByteLength) <= bytes.Length);
                foreach (SafetensorsTensor tensor in file.Tensors.Values)
                    file.Read(tensor, 0, new byte[tensor.ByteLength]);
                accepted++;
            }
            catch (HuggingFaceException fault)
            {
                Assert.Equal(HuggingFaceStage.Header, fault.Stage);
                refused++;
            }
        }
        Assert.True(refused > 10_000 && accepted > 50, $"{refused} refused, {accepted} accepted");
    }

    [Fact]
    public void Parse_DeepNesting_IsRefused()
    {
        string header = "{\"__metadata__\":" + new string('[', 100_000) + new string(']', 100_000) + "}";
        Assert.Contains("no JSON", Assert.Throws<HuggingFaceException>(() => SafetensorsFile.Parse("x", SafetensorsBuilder.Frame(header, []))).Cause, StringComparison.Ordinal);
        Assert.Equal(200_017, Encoding.UTF8.GetByteCount(header));
    }
}
