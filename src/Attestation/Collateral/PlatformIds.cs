namespace TeeTee.Attestation.Collateral;

/// <summary>Checks platform ids where they become part of an address or a file name.</summary>
internal static class PlatformIds
{
    private const int FmspcDigits = 12;

    public static bool IsValid(PlatformId platform) =>
        platform.Fmspc is { Length: FmspcDigits } && platform.Fmspc.All(char.IsAsciiHexDigitLower) && Enum.IsDefined(platform.Authority);

    /// <exception cref="ArgumentException">Not 12 lower-case hex digits, or no authority.</exception>
    public static void Require(PlatformId platform)
    {
        if (!IsValid(platform))
            throw new ArgumentException($"'{platform.Fmspc}' ({platform.Authority}) is no platform: 12 lower-case hex digits and an authority are.", nameof(platform));
    }
}
