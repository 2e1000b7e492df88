using System.Buffers.Binary;

namespace TeeTee.Attestation.Quotes;

/// <summary>
/// Reads a quote front to back. Every length is checked against what is left of its own enclosing structure before
/// it is used, and each structure must be consumed exactly; the first failure is kept as <see cref="Cause"/>.
/// </summary>
/// <param name="bytes">The quote, with or without padding behind it.</param>
/// <param name="allowSgx">Whether SGX quotes are read too; otherwise they are named and refused.</param>
internal ref struct QuoteReader(ReadOnlySpan<byte> bytes, bool allowSgx)
{
    private readonly bool _allowSgx = allowSgx;
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;
    private int _end = bytes.Length;

    /// <summary>Why reading stopped; empty while nothing failed.</summary>
    public string Cause { get; private set; } = "";

    public ParsedQuote? ReadQuote()
    {
        if (!ReadHeader(out int version, out bool sgx) || !ReadBodyType(version, sgx, out QuoteBodyType type))
            return null;
        int bodyStart = _position;
        if (!Skip(QuoteLayout.BodySize(type), "body"))
            return null;
        int signedEnd = _position;
        if (!EnterSignatureData())
            return null;

        // One copy of the part that means something; every field is a view of it.
        byte[] copy = _bytes[.._end].ToArray();
        QuoteSignatureData? signature = ReadSignatureData(copy, version);
        return signature is null ? null : new ParsedQuote
        {
            Version = version,
            UserData = copy.AsMemory(28, 20),
            BodyType = type,
            Body = copy.AsMemory(bodyStart, signedEnd - bodyStart),
            SignedBytes = copy.AsMemory(0, signedEnd),
            Signature = signature,
            Length = _end,
        };
    }

    private bool ReadHeader(out int version, out bool sgx)
    {
        (version, sgx) = (0, false);
        if (!Skip(QuoteLayout.HeaderSize, "header"))
            return false;
        version = BinaryPrimitives.ReadUInt16LittleEndian(_bytes);
        ushort keyType = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[2..]);
        uint teeType = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[4..]);
        if (version is not (3 or 4 or 5))
            return Fail($"version {version} is not supported (4 and 5 are)");
        sgx = teeType == QuoteLayout.SgxTeeType;
        if (sgx && !_allowSgx)
            return Fail($"an SGX quote (version {version}), not a TDX quote");
        if (version == 3 && !sgx)
            return Fail("version 3 is for SGX only");
        if (!sgx && teeType != QuoteLayout.TdxTeeType)
            return Fail($"TEE type 0x{teeType:x} is not TDX (0x81)");
        if (keyType != QuoteLayout.EcdsaP256KeyType)
            return Fail($"attestation key type {keyType} is not ECDSA-P256 (2)");
        return _bytes.Slice(12, 16).SequenceEqual(QuoteLayout.IntelQeVendorId)
            || Fail($"QE vendor id {Convert.ToHexStringLower(_bytes.Slice(12, 16))} is not Intel's");
    }

    private bool ReadBodyType(int version, bool sgx, out QuoteBodyType type)
    {
        type = sgx ? QuoteBodyType.SgxReport : QuoteBodyType.TdReport10;
        if (version < 5)
            return true;
        if (!TryReadUInt16("body type", out ushort wireType) || !TryReadUInt32("body size", out uint size))
            return false;
        type = (QuoteBodyType)wireType;
        int expected = QuoteLayout.BodySize(type);
        if (expected == 0)
            return Fail($"body type {wireType} is not supported");
        if (size != expected)
            return Fail($"body size {size} is not the {expected} of body type {wireType}");
        return sgx == (type == QuoteBodyType.SgxReport) || Fail(sgx ? "a TD report in a quote of TEE type SGX" : "an SGX report in a quote of TEE type TDX");
    }

    private bool EnterSignatureData()
    {
        if (!TryReadUInt32("signature data length", out uint length))
            return false;
        if (length > _end - _position)
            return Fail($"signature data of {length} bytes, {_end - _position} left");
        _end = _position + (int)length;
        return _end <= QuoteLayout.MaxSize || Fail($"a quote of {_end} bytes is above {QuoteLayout.MaxSize}");
    }

    /// <summary>Version 3 has no outer certification header: the QE report follows the attestation key.</summary>
    private QuoteSignatureData? ReadSignatureData(byte[] copy, int version)
    {
        if (!Take(copy, QuoteLayout.SignatureSize, "quote signature", out ReadOnlyMemory<byte> signature)
            || !Take(copy, QuoteLayout.PublicKeySize, "attestation key", out ReadOnlyMemory<byte> key)
            || (version > 3 && !ReadCertificationHeader(QuoteLayout.QeReportCertification, "outer"))
            || !Take(copy, QuoteLayout.SgxReportSize, "QE report", out ReadOnlyMemory<byte> report)
            || !Take(copy, QuoteLayout.SignatureSize, "QE report signature", out ReadOnlyMemory<byte> reportSignature)
            || !TryReadUInt16("QE authentication data size", out ushort size)
            || !Take(copy, size, "QE authentication data", out ReadOnlyMemory<byte> authentication)
            || !ReadCertificationHeader(QuoteLayout.PckChainCertification, "inner"))
            return null;
        return new QuoteSignatureData
        {
            QuoteSignature = signature,
            AttestationKey = key,
            QeReport = new SgxReport(report),
            QeReportSignature = reportSignature,
            QeAuthenticationData = authentication,
            PckChainPem = copy.AsMemory(_position, _end - _position),
        };
    }

    /// <summary>Both certification data are the last thing in what encloses them: the size must be all that is left.</summary>
    private bool ReadCertificationHeader(ushort expected, string which)
    {
        if (!TryReadUInt16($"{which} certification data type", out ushort type)
            || !TryReadUInt32($"{which} certification data size", out uint size))
            return false;
        if (type != expected)
            return Fail($"{which} certification data type {type} is not {expected}");
        int left = _end - _position;
        return size == left || Fail($"{which} certification data size {size} is not the {left} bytes left");
    }

    private bool Take(byte[] copy, int count, string what, out ReadOnlyMemory<byte> field)
    {
        int start = _position;
        field = default;
        if (!Skip(count, what))
            return false;
        field = copy.AsMemory(start, count);
        return true;
    }

    private bool TryReadUInt16(string what, out ushort value)
    {
        value = 0;
        if (!Skip(sizeof(ushort), what))
            return false;
        value = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[(_position - sizeof(ushort))..]);
        return true;
    }

    private bool TryReadUInt32(string what, out uint value)
    {
        value = 0;
        if (!Skip(sizeof(uint), what))
            return false;
        value = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[(_position - sizeof(uint))..]);
        return true;
    }

    private bool Skip(int count, string what)
    {
        if (count > _end - _position)
            return Fail($"{what} of {count} bytes at {_position}, {_end - _position} left");
        _position += count;
        return true;
    }

    private bool Fail(string cause)
    {
        Cause = cause;
        return false;
    }
}
