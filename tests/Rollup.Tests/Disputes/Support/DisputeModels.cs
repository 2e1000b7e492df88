using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>Configurations of known shapes.</summary>
internal static class DisputeModels
{
    public static DisputeModel Tiny { get; } = new(1, 320, 64, 96, 2, 4, 2, 16, 16, 128, 0x3727C5AC, 0x3E800000, 0, false);

    public static DisputeModel TinyLlama { get; } = new(1, 32_000, 2_048, 5_632, 22, 32, 4, 64, 64, 2_048, 0x3727C5AC, 0x3E000000, 0, false);

    public static DisputeModel Llama70B { get; } = new(
        1, 128_256, 8_192, 28_672, 80, 64, 8, 128, 128, 8_192, 0x3727C5AC, 0x3DB504F3, 0, false);
}
