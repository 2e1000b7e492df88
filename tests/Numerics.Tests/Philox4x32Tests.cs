namespace TeeTee.Numerics.Tests;

public class Philox4x32Tests
{
    // kat_vectors of Random123 (philox4x32, 10 rounds).
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627_E8D5u, 0xE169_C58Du, 0xBC57_AC4Cu, 0x9B00_DBD8u)]
    [InlineData(
        0xFFFF_FFFFu, 0xFFFF_FFFFu, 0xFFFF_FFFFu, 0xFFFF_FFFFu, 0xFFFF_FFFFu, 0xFFFF_FFFFu,
        0x408F_276Du, 0x41C8_3B0Eu, 0xA20B_C7C6u, 0x6D54_51FDu)]
    [InlineData(
        0x243F_6A88u, 0x85A3_08D3u, 0x1319_8A2Eu, 0x0370_7344u, 0xA409_3822u, 0x299F_31D0u,
        0xD16C_FE09u, 0x94FD_CCEBu, 0x5001_E420u, 0x2412_6EA1u)]
    public void Generate_KnownAnswer_Matches(
        uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint w0, uint w1, uint w2, uint w3) =>
        Assert.Equal((w0, w1, w2, w3), Philox4x32.Generate(c0, c1, c2, c3, k0, k1));

    [Fact]
    public void At_SeedBytes_FillKeyAndCounterLittleEndian()
    {
        byte[] seed = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        (uint w0, uint w1, uint w2, uint w3) = Philox4x32.Generate(77, 2, 0x0C0B_0A09, 0x100F_0E0D, 0x0403_0201, 0x0807_0605);
        GumbelNoise noise = new(seed, 77);
        Assert.Equal(
            [GumbelNoise.FromWord(w0), GumbelNoise.FromWord(w1), GumbelNoise.FromWord(w2), GumbelNoise.FromWord(w3)],
            new[] { noise.At(8), noise.At(9), noise.At(10), noise.At(11) });
    }
}
