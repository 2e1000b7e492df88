using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>Puts revert data into words.</summary>
public static class RevertReason
{
    /// <summary>The text of Error(string), the code of Panic(uint256), the selector of a custom error, or null without data.</summary>
    public static string? Describe(ReadOnlySpan<byte> revertData)
    {
        if (AbiError.RevertString.TryDecode(revertData, out var text))
            return $"reverted: {text[0]}";
        if (AbiError.Panic.TryDecode(revertData, out var code))
            return $"reverted: panic 0x{code[0]:x}";
        return revertData.Length >= 4 ? $"reverted with the custom error {Hex.Encode(revertData[..4])}" : null;
    }
}
