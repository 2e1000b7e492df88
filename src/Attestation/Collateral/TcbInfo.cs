using System.Diagnostics.CodeAnalysis;

namespace TeeTee.Attestation.Collateral;

/// <summary>
/// The TCB levels of a platform family, version 3, as PCS signs them: for TDX or for SGX. Reading checks the form only; the signature is over
/// the exact bytes and is for the verifier.
/// </summary>
public sealed record TcbInfo
{
    /// <summary>"TDX" or "SGX".</summary>
    public required string Id { get; init; }

    /// <summary>When it was signed.</summary>
    public required DateTimeOffset IssueDate { get; init; }

    /// <summary>The last second at which it may be used.</summary>
    public required DateTimeOffset NextUpdate { get; init; }

    /// <summary>6 bytes: the platform family.</summary>
    public required ReadOnlyMemory<byte> Fmspc { get; init; }

    /// <summary>2 bytes.</summary>
    public required ReadOnlyMemory<byte> PceId { get; init; }

    /// <summary>Rises with every TCB recovery.</summary>
    public required int TcbEvaluationDataNumber { get; init; }

    /// <summary>The module of major version 0; null in SGX TCB info.</summary>
    public required TdxModuleIdentity? Module { get; init; }

    /// <summary>The modules of later major versions.</summary>
    public required IReadOnlyList<TdxModuleIdentity> ModuleIdentities { get; init; }

    /// <summary>Platform levels in descending order of their versions.</summary>
    public required IReadOnlyList<TcbLevel> Levels { get; init; }

    /// <summary>Whether it is about TDX platforms.</summary>
    public bool IsTdx => Id == TcbInfoReader.Tdx;

    /// <summary>Reads at most 64 KiB of JSON.</summary>
    /// <param name="json">The exact signed text, UTF-8.</param>
    /// <param name="info">The result.</param>
    /// <param name="cause">Why it was refused, or empty.</param>
    /// <returns>False for another version, a missing or ill-formed member, an unknown status or a repeated name.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out TcbInfo? info, out string cause)
    {
        info = BoundedJson.Read(json, TcbInfoReader.MaxSize, TcbInfoReader.Read, out cause);
        return info is not null;
    }

    /// <summary>The identity that a module of a major version must have; null where the document names none.</summary>
    internal TdxModuleIdentity? FindModule(byte majorVersion)
    {
        if (majorVersion == 0)
            return Module;
        string id = $"TDX_{majorVersion:X2}";
        return ModuleIdentities.FirstOrDefault(identity => string.Equals(identity.Id, id, StringComparison.OrdinalIgnoreCase));
    }
}
