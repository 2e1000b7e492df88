using System.Buffers.Binary;

namespace TeeTee.Attestation.Quotes;

/// <summary>
/// A TD report: what the TDX module measured of one trust domain (1.0, 1.5 or 1.5 extended). Every field is a view
/// of <see cref="Body"/>; a field that the report's type does not have is empty. Measurements are SHA-384, 48 bytes.
/// </summary>
public sealed record TdReport
{
    /// <summary>A report over the exact body bytes of a quote.</summary>
    /// <exception cref="ArgumentException">The type is no TD report or the length is not the type's.</exception>
    public TdReport(QuoteBodyType type, ReadOnlyMemory<byte> body)
    {
        if (type == QuoteBodyType.SgxReport || body.Length != QuoteLayout.BodySize(type))
            throw new ArgumentException($"Body of {body.Length} bytes is not a {type}.", nameof(body));
        Type = type;
        Body = body;
    }

    /// <summary>Which report this is.</summary>
    public QuoteBodyType Type { get; }

    /// <summary>All bytes of the report, as signed.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>16 bytes: SVNs of module (minor, major), SEAM loader and microcode at launch of the TD.</summary>
    public ReadOnlyMemory<byte> TeeTcbSvn => Body[..16];

    /// <summary>Measurement of the TDX module.</summary>
    public ReadOnlyMemory<byte> MrSeam => Body.Slice(16, 48);

    /// <summary>Signer of the TDX module; zero for Intel's.</summary>
    public ReadOnlyMemory<byte> MrSignerSeam => Body.Slice(64, 48);

    /// <summary>8 bytes, all zero for a production module.</summary>
    public ReadOnlyMemory<byte> SeamAttributes => Body.Slice(112, 8);

    /// <summary>TD_ATTRIBUTES as a little-endian number: bit 0 DEBUG, bit 28 SEPT_VE_DISABLE, bit 63 PERFMON.</summary>
    public ulong TdAttributes => BinaryPrimitives.ReadUInt64LittleEndian(Body.Span[120..]);

    /// <summary>Extended CPU features that the TD may use, as a little-endian number.</summary>
    public ulong Xfam => BinaryPrimitives.ReadUInt64LittleEndian(Body.Span[128..]);

    /// <summary>Measurement of the TD's initial contents (its firmware).</summary>
    public ReadOnlyMemory<byte> MrTd => Body.Slice(136, 48);

    /// <summary>Software-defined configuration id; dstack: 01 || compose hash || zeros.</summary>
    public ReadOnlyMemory<byte> MrConfigId => Body.Slice(184, 48);

    /// <summary>Software-defined owner id.</summary>
    public ReadOnlyMemory<byte> MrOwner => Body.Slice(232, 48);

    /// <summary>Software-defined owner configuration.</summary>
    public ReadOnlyMemory<byte> MrOwnerConfig => Body.Slice(280, 48);

    /// <summary>Runtime measurement register 0 (virtual hardware).</summary>
    public ReadOnlyMemory<byte> Rtmr0 => Body.Slice(328, 48);

    /// <summary>Runtime measurement register 1 (kernel).</summary>
    public ReadOnlyMemory<byte> Rtmr1 => Body.Slice(376, 48);

    /// <summary>Runtime measurement register 2 (command line, initial file system).</summary>
    public ReadOnlyMemory<byte> Rtmr2 => Body.Slice(424, 48);

    /// <summary>Runtime measurement register 3 (application).</summary>
    public ReadOnlyMemory<byte> Rtmr3 => Body.Slice(472, 48);

    /// <summary>The 64 bytes that the application inside bound into the report.</summary>
    public ReadOnlyMemory<byte> ReportData => Body.Slice(520, 64);

    /// <summary>1.5 and later: 16 bytes, the SVNs that are current now, after updates that kept the TD running.</summary>
    public ReadOnlyMemory<byte> TeeTcbSvn2 => Late(584, 16);

    /// <summary>1.5 and later: measurement of a service TD (migration); zero where there is none.</summary>
    public ReadOnlyMemory<byte> MrServiceTd => Late(600, 48);

    /// <summary>1.5 extended: the fields behind <see cref="MrServiceTd"/>, 237 bytes, uninterpreted.</summary>
    public ReadOnlyMemory<byte> Extension => Late(648, 237);

    /// <summary>1.5 extended: hash of the service TD that was bound when the TD was built; zero where there was none.</summary>
    public ReadOnlyMemory<byte> InitialServiceTdHash => Late(729, 48);

    /// <summary>1.5 extended: hash of the service TD that is bound now; zero where there is none.</summary>
    public ReadOnlyMemory<byte> CurrentServiceTdHash => Late(829, 48);

    /// <summary>The register that an allow-list names.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such register.</exception>
    public ReadOnlyMemory<byte> Measurement(TdMeasurement register) => register switch
    {
        TdMeasurement.MrTd => MrTd,
        TdMeasurement.Rtmr0 => Rtmr0,
        TdMeasurement.Rtmr1 => Rtmr1,
        TdMeasurement.Rtmr2 => Rtmr2,
        TdMeasurement.Rtmr3 => Rtmr3,
        TdMeasurement.MrConfigId => MrConfigId,
        TdMeasurement.MrSeam => MrSeam,
        TdMeasurement.MrOwner => MrOwner,
        TdMeasurement.MrOwnerConfig => MrOwnerConfig,
        _ => throw new ArgumentOutOfRangeException(nameof(register), register, "No such measurement register."),
    };

    /// <summary>Equal type and equal bytes.</summary>
    public bool Equals(TdReport? other) =>
        other is not null && Type == other.Type && Body.Span.SequenceEqual(other.Body.Span);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = new();
        hash.Add(Type);
        hash.AddBytes(Body.Span);
        return hash.ToHashCode();
    }

    private ReadOnlyMemory<byte> Late(int offset, int size) =>
        Body.Length >= offset + size ? Body.Slice(offset, size) : default;
}
