using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>
/// From what Intel signs to what TcbRegistry holds, by the rules of contracts/README.md ("From TCB info to policy"). Pure. No signature is
/// checked: whoever sets a policy vouches for the collateral.
/// </summary>
public static class CollateralMapping
{
    private const int ModuleVersions = 32;
    private const string ModulePrefix = "TDX_";

    private static readonly TcbStatus[] s_upToDate = [TcbStatus.UpToDate];

    /// <summary>The policy of the collateral's platform family, over where the earliest of its documents runs out.</summary>
    /// <param name="accepted">Statuses that pass; only UpToDate if null.</param>
    /// <returns>False with a cause for collateral that is not about TDX, malformed, or accepts nothing.</returns>
    public static bool TryMapPlatform(
        QuoteCollateral collateral, IReadOnlyCollection<TcbStatus>? accepted, [NotNullWhen(true)] out TcbPolicy? policy, out string cause)
    {
        ArgumentNullException.ThrowIfNull(collateral);
        policy = null;
        if (!TryReadTcbInfo(collateral, out TcbInfo? info, out cause) || !TryReadEnd(collateral, info, out ulong end, out cause))
            return false;
        if (LastAccepted(info.Levels, level => level.Status, accepted) is not { } level)
            return Refuse(out cause, "no platform level is accepted");
        if (!TryMapModules(info, accepted, out byte[] svns, out uint versions, out cause))
            return false;
        policy = new TcbPolicy
        {
            Fmspc = Convert.ToHexStringLower(info.Fmspc.Span),
            SgxComponents = level.SgxComponents,
            TdxComponents = level.TdxComponents,
            ModuleSvns = svns,
            ModuleVersions = versions,
            PceSvn = (ushort)level.PceSvn,
            PceId = BinaryPrimitives.ReadUInt16BigEndian(info.PceId.Span),
            EvaluationNumber = (uint)info.TcbEvaluationDataNumber,
            ValidUntil = end,
        };
        return true;
    }

    /// <summary>The quoting enclave that the collateral names.</summary>
    /// <param name="accepted">Statuses that pass; only UpToDate if null.</param>
    /// <returns>False with a cause for collateral that is not about TDX, malformed, or accepts nothing.</returns>
    public static bool TryMapEnclave(
        QuoteCollateral collateral, IReadOnlyCollection<TcbStatus>? accepted, [NotNullWhen(true)] out QuotingEnclave? enclave, out string cause)
    {
        ArgumentNullException.ThrowIfNull(collateral);
        enclave = null;
        if (!TryReadIdentity(collateral, out QeIdentity? identity, out cause))
            return false;
        if (LastAccepted(identity.Levels, level => level.Status, accepted) is not { } level)
            return Refuse(out cause, "no level of the quoting enclave is accepted");
        enclave = new QuotingEnclave
        {
            MrSigner = new Bytes32(identity.MrSigner.Span),
            Attributes = identity.Attributes,
            AttributesMask = identity.AttributesMask,
            MiscSelect = identity.MiscSelect,
            MiscSelectMask = identity.MiscSelectMask,
            IsvProdId = (ushort)identity.IsvProdId,
            IsvSvn = (ushort)level.IsvSvn,
            EvaluationNumber = (uint)identity.TcbEvaluationDataNumber,
        };
        return true;
    }

    private static bool TryReadTcbInfo(QuoteCollateral collateral, [NotNullWhen(true)] out TcbInfo? info, out string cause)
    {
        if (!TcbInfo.TryRead(collateral.TcbInfo, out info, out cause))
            return Refuse(out cause, $"TCB info: {cause}");
        return info.IsTdx || Refuse(out cause, $"TCB info is about {info.Id}, not about TDX");
    }

    private static bool TryReadIdentity(QuoteCollateral collateral, [NotNullWhen(true)] out QeIdentity? identity, out string cause)
    {
        if (!QeIdentity.TryRead(collateral.QeIdentity, out identity, out cause))
            return Refuse(out cause, $"QE identity: {cause}");
        return identity.IsTdx || Refuse(out cause, $"QE identity is that of {identity.Id}, not of the TD quoting enclave");
    }

    // One second after the last at which everything holds.
    private static bool TryReadEnd(QuoteCollateral collateral, TcbInfo info, out ulong end, out string cause)
    {
        end = 0;
        if (!TryReadIdentity(collateral, out QeIdentity? identity, out cause))
            return false;
        if (!RevocationList.TryRead(collateral.RootCaCrl, out RevocationList? root, out cause))
            return Refuse(out cause, $"root CRL: {cause}");
        if (!RevocationList.TryRead(collateral.PckCrl, out RevocationList? pck, out cause))
            return Refuse(out cause, $"PCK CRL: {cause}");
        DateTimeOffset[] ends = [info.NextUpdate, identity.NextUpdate, root.NextUpdate, pck.NextUpdate];
        end = (ulong)Math.Max(0, ends.Min().ToUnixTimeSeconds() + 1);
        return true;
    }

    private static bool TryMapModules(TcbInfo info, IReadOnlyCollection<TcbStatus>? accepted, out byte[] svns, out uint versions, out string cause)
    {
        (svns, versions, cause) = (new byte[ModuleVersions], info.Module is null ? 0u : 1u, "");
        IEnumerable<TdxModuleIdentity> all = info.Module is null ? info.ModuleIdentities : info.ModuleIdentities.Append(info.Module);
        if (all.Any(module => !IsZero(module.MrSigner) || !IsZero(module.Attributes)))
            return Refuse(out cause, "a TDX module is not signed by Intel, or has attributes");
        foreach (TdxModuleIdentity module in info.ModuleIdentities)
        {
            if (VersionOf(module) is not { } version || LastAccepted(module.Levels, level => level.Status, accepted) is not { } level)
                continue;
            if (level.IsvSvn > byte.MaxValue)
                return Refuse(out cause, $"{module.Id} asks for SVN {level.IsvSvn}, which no report can show");
            versions |= 1u << version;
            svns[version] = (byte)level.IsvSvn;
        }

        return versions != 0 || Refuse(out cause, "no TDX module is accepted");
    }

    private static int? VersionOf(TdxModuleIdentity module) =>
        module.Id.StartsWith(ModulePrefix, StringComparison.OrdinalIgnoreCase)
        && int.TryParse(module.Id.AsSpan(ModulePrefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int version)
        && version is >= 0 and < ModuleVersions
            ? version
            : null;

    // The last one such that it and all before it, which are the higher ones, are accepted.
    private static T? LastAccepted<T>(IReadOnlyList<T> levels, Func<T, TcbStatus> status, IReadOnlyCollection<TcbStatus>? accepted)
        where T : class =>
        levels.TakeWhile(level => (accepted ?? s_upToDate).Contains(status(level)) && status(level) != TcbStatus.Revoked).LastOrDefault();

    private static bool IsZero(ReadOnlyMemory<byte> bytes) => !bytes.Span.ContainsAnyExcept((byte)0);

    private static bool Refuse(out string cause, string why)
    {
        cause = why;
        return false;
    }
}
