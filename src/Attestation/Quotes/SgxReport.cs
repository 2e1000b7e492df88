using System.Buffers.Binary;

namespace TeeTee.Attestation.Quotes;

/// <summary>An SGX enclave report, 384 bytes; in a TDX quote it is the report of the quoting enclave.</summary>
public sealed record SgxReport
{
    /// <summary>A report over exactly 384 bytes.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public SgxReport(ReadOnlyMemory<byte> body)
    {
        if (body.Length != QuoteLayout.SgxReportSize)
            throw new ArgumentException($"SGX report of {body.Length} bytes, not 384.", nameof(body));
        Body = body;
    }

    /// <summary>All 384 bytes, as signed.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>16 bytes of CPU security versions.</summary>
    public ReadOnlyMemory<byte> CpuSvn => Body[..16];

    /// <summary>4 bytes.</summary>
    public ReadOnlyMemory<byte> MiscSelect => Body.Slice(16, 4);

    /// <summary>16 bytes: flags (8) and XFRM (8).</summary>
    public ReadOnlyMemory<byte> Attributes => Body.Slice(48, 16);

    /// <summary>Whether the enclave can be read by a debugger: nothing it says can be trusted then.</summary>
    public bool IsDebug => (Attributes.Span[0] & 0x02) != 0;

    /// <summary>32 bytes: measurement of the enclave.</summary>
    public ReadOnlyMemory<byte> MrEnclave => Body.Slice(64, 32);

    /// <summary>32 bytes: hash of the key that signed the enclave.</summary>
    public ReadOnlyMemory<byte> MrSigner => Body.Slice(128, 32);

    /// <summary>Product id; 2 for Intel's TD quoting enclave.</summary>
    public ushort IsvProdId => BinaryPrimitives.ReadUInt16LittleEndian(Body.Span[256..]);

    /// <summary>Security version of the enclave.</summary>
    public ushort IsvSvn => BinaryPrimitives.ReadUInt16LittleEndian(Body.Span[258..]);

    /// <summary>64 bytes that the enclave bound.</summary>
    public ReadOnlyMemory<byte> ReportData => Body.Slice(320, 64);

    /// <summary>Equal bytes.</summary>
    public bool Equals(SgxReport? other) => other is not null && Body.Span.SequenceEqual(other.Body.Span);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = new();
        hash.AddBytes(Body.Span);
        return hash.ToHashCode();
    }
}
