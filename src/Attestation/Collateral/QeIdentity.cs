using System.Diagnostics.CodeAnalysis;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Collateral;

/// <summary>
/// What Intel's quoting enclave must be, version 2 or 3, as PCS signs it: for TDX or for SGX. Reading checks the form only; the signature is
/// over the exact bytes and is for the verifier.
/// </summary>
public sealed record QeIdentity
{
    private const int MaxSize = 65_536;
    private const string Tdx = "TD_QE";
    private const string Sgx = "QE";

    /// <summary>"TD_QE" or "QE".</summary>
    public required string Id { get; init; }

    /// <summary>When it was signed.</summary>
    public required DateTimeOffset IssueDate { get; init; }

    /// <summary>The last second at which it may be used.</summary>
    public required DateTimeOffset NextUpdate { get; init; }

    /// <summary>Rises with every TCB recovery.</summary>
    public required int TcbEvaluationDataNumber { get; init; }

    /// <summary>4 bytes that MISCSELECT must equal under the mask.</summary>
    public required ReadOnlyMemory<byte> MiscSelect { get; init; }

    /// <summary>4 bytes.</summary>
    public required ReadOnlyMemory<byte> MiscSelectMask { get; init; }

    /// <summary>16 bytes that the attributes must equal under the mask.</summary>
    public required ReadOnlyMemory<byte> Attributes { get; init; }

    /// <summary>16 bytes.</summary>
    public required ReadOnlyMemory<byte> AttributesMask { get; init; }

    /// <summary>32 bytes: who signed the enclave.</summary>
    public required ReadOnlyMemory<byte> MrSigner { get; init; }

    /// <summary>Product id.</summary>
    public required int IsvProdId { get; init; }

    /// <summary>Levels by security version, descending.</summary>
    public required IReadOnlyList<IsvSvnLevel> Levels { get; init; }

    /// <summary>Whether it is about the enclave that quotes TDs.</summary>
    public bool IsTdx => Id == Tdx;

    /// <summary>Reads at most 64 KiB of JSON.</summary>
    /// <param name="json">The exact signed text, UTF-8.</param>
    /// <param name="identity">The result.</param>
    /// <param name="cause">Why it was refused, or empty.</param>
    /// <returns>False for another version, a missing or ill-formed member, an unknown status or a repeated name.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out QeIdentity? identity, out string cause)
    {
        identity = BoundedJson.Read(json, MaxSize, Read, out cause);
        return identity is not null;
    }

    private static QeIdentity Read(JsonFields root)
    {
        string id = root.Text("id");
        if (id is not (Tdx or Sgx))
            throw new MalformedCollateralException($"id \"{id}\" is neither {Tdx} nor {Sgx}");
        int version = root.Number("version", 1_000);
        if (version is not (2 or 3))
            throw new MalformedCollateralException($"version {version} is neither 2 nor 3");
        return new QeIdentity
        {
            Id = id,
            IssueDate = root.Date("issueDate"),
            NextUpdate = root.Date("nextUpdate"),
            TcbEvaluationDataNumber = root.Number("tcbEvaluationDataNumber", int.MaxValue),
            MiscSelect = root.Hex("miscselect", 4),
            MiscSelectMask = root.Hex("miscselectMask", 4),
            Attributes = root.Hex("attributes", 16),
            AttributesMask = root.Hex("attributesMask", 16),
            MrSigner = root.Hex("mrsigner", 32),
            IsvProdId = root.Number("isvprodid", ushort.MaxValue),
            Levels = IsvSvnLevel.Read(
                root, TcbStatus.UpToDate, TcbStatus.ConfigurationNeeded, TcbStatus.OutOfDate, TcbStatus.OutOfDateConfigurationNeeded, TcbStatus.Revoked),
        };
    }
}
