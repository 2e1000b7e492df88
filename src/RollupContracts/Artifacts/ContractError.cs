using System.Diagnostics.CodeAnalysis;
using TeeTee.Ethereum;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>A custom error of the rollup's contracts, decoded from revert data.</summary>
/// <param name="Name">Such as Rollup_IndexAlreadyPosted.</param>
/// <param name="Values">In order of declaration; as in <see cref="AbiCodec"/>.</param>
public sealed record ContractError(string Name, IReadOnlyList<object> Values)
{
    private static readonly Lazy<AbiError[]> s_errors = new(() =>
        [.. ContractNames.All.SelectMany(n => ContractArtifact.Load(n).Errors).DistinctBy(e => e.Signature)]);

    /// <summary>The error in revert data; false if it is none of the contracts'.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> revertData, [NotNullWhen(true)] out ContractError? error)
    {
        error = null;
        foreach (AbiError candidate in s_errors.Value)
        {
            if (candidate.TryDecode(revertData, out object[]? values))
                error = new ContractError(candidate.Name, values);
        }

        return error is not null;
    }

    /// <summary>Revert data in words, whatever it is.</summary>
    public static string Describe(ReadOnlySpan<byte> revertData) =>
        TryDecode(revertData, out ContractError? error) ? error.ToString() : RevertReason.Describe(revertData) ?? "reverted without data";

    public override string ToString() => $"{Name}({string.Join(", ", Values)})";

    public bool Equals(ContractError? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
