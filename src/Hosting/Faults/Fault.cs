using System.Globalization;
using TeeTee.Hosting.Failures;

namespace TeeTee.Hosting.Faults;

/// <summary>A fault with where it strikes. What is not given has a default that <see cref="FaultKind"/> and job decide.</summary>
/// <param name="Kind">Which.</param>
public sealed record Fault(FaultKind Kind)
{
    /// <summary>Position in the job; where null the last one of the prompt.</summary>
    public int? Position { get; init; }

    /// <summary>Layer of the model; where null the first one of the shard, or the one that the seed chooses.</summary>
    public int? Layer { get; init; }

    /// <summary>Number of the operator in canonical order; where null the attention output.</summary>
    public int? Operator { get; init; }

    /// <summary>Chooses element, bit and whatever else is left open; equal seeds choose equally.</summary>
    public uint Seed { get; init; }

    /// <summary>Reads <c>NAME[,position=P][,layer=L][,operator=O][,seed=S]</c>.</summary>
    /// <param name="text">As typed.</param>
    /// <param name="operatorOf">The number of an operator's name, or null.</param>
    /// <exception cref="FailureException"><c>bad_setting</c> naming what is wrong.</exception>
    public static Fault Parse(string text, Func<string, int?> operatorOf)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(operatorOf);
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        if (FaultCatalog.Find(parts[0]) is not { } info)
            throw Bad($"there is no fault '{parts[0]}'; see --help");
        Fault fault = new(info.Kind);
        foreach (string part in parts.Skip(1))
        {
            string[] pair = part.Split('=');
            if (pair.Length != 2)
                throw Bad($"'{part}' is no name=value");
            fault = pair[0] switch
            {
                "position" => fault with { Position = Number(part, pair[1]) },
                "layer" => fault with { Layer = Number(part, pair[1]) },
                "operator" => fault with { Operator = operatorOf(pair[1]) ?? throw Bad($"there is no operator '{pair[1]}'") },
                "seed" => fault with { Seed = (uint)Number(part, pair[1]) },
                _ => throw Bad($"'{pair[0]}' is none of position, layer, operator and seed"),
            };
        }
        return fault;
    }

    private static int Number(string part, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw Bad($"'{part}' is no number");

    private static FailureException Bad(string cause) => new(ExitCode.Usage, "bad_setting", $"--fault: {cause}.");
}
