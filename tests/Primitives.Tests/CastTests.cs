namespace TeeTee.Primitives.Tests;

/// <summary>Generated inputs, compared with cast. One process for each case, so only a few.</summary>
public sealed class CastTests
{
    [Fact]
    public async Task Keccak_RandomData_EqualsCast()
    {
        AbiGenerator generator = new(new Random(31));
        foreach (var length in new[] { 1, 135, 136, 137, 272, 1000 })
        {
            var data = generator.Bytes(length);
            Assert.Equal(await ExternalPrograms.CastAsync("keccak", Hex.Encode(data)), Keccak256.Hash(data).ToString());
        }
    }

    [Fact]
    public async Task AbiEncode_RandomValues_EqualsCast()
    {
        AbiGenerator generator = new(new Random(32));
        string[] signatures = ["f(uint64,bytes32[],(address,bytes)[3])", "f(int128,string,bool[2])", "f(bytes[],(uint256,(bytes4,address)[]))"];
        for (var i = 0; i < 9; i++)
        {
            var signature = signatures[i % signatures.Length];
            AbiType[] types = [.. AbiFunction.Parse(signature).Inputs.Select(parameter => parameter.Type)];
            object[] values = [.. types.Select(type => type.Kind == AbiKind.String ? "plain text" : generator.Value(type))];
            string[] arguments = [.. values.Select(Write)];
            Assert.Equal(await ExternalPrograms.CastAsync(["abi-encode", signature, "--", .. arguments]), Hex.Encode(AbiCodec.Encode(types, values)));
        }
    }

    private static string Write(object value) => value switch
    {
        object[] items when items is [byte[] { Length: 4 }, Address] or [Address, byte[]] or [System.Numerics.BigInteger, object[]] => $"({string.Join(',', items.Select(Write))})",
        object[] items => $"[{string.Join(',', items.Select(Write))}]",
        byte[] data => Hex.Encode(data),
        bool flag => flag ? "true" : "false",
        _ => value.ToString()!,
    };
}
