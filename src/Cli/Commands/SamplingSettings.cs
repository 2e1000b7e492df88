using System.Globalization;
using System.Security.Cryptography;
using TeeTee.Gateway.Sessions;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;

namespace TeeTee.Cli.Commands;

/// <summary>Reads <c>--temperature</c> and <c>--seed</c>.</summary>
internal static class SamplingSettings
{
    /// <summary>Temperature 0 is greedy. A number as seed is expanded like the gateway expands OpenAI's <c>seed</c>: keccak256 of its 8 big-endian bytes.</summary>
    public static SamplingParameters Parse(double temperature, string? seed)
    {
        if (temperature == 0)
            return SamplingParameters.MostLikely;
        try
        {
            return SamplingParameters.AtTemperature(temperature, Seed(seed));
        }
        catch (ArgumentOutOfRangeException fault)
        {
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--temperature {temperature.ToString(CultureInfo.InvariantCulture)}: {fault.Message}", fault);
        }
    }

    private static Bytes32 Seed(string? text)
    {
        if (text is null)
            return new Bytes32(RandomNumberGenerator.GetBytes(Bytes32.Size));
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            return SamplingChoice.ExpandSeed(number);
        return Bytes32.TryParse(text, out Bytes32 seed)
            ? seed
            : throw new FailureException(ExitCode.Usage, "bad_setting", $"--seed: '{text}' is neither a whole number nor 32 bytes of hex.");
    }
}
