using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;

namespace TeeTee.Attestation.Certificates;

/// <summary>
/// The SGX extension (OID 1.2.840.113741.1.13.1) of a PCK certificate: which platform it is and at which TCB the
/// certificate was issued. Intel, "PCK Certificate and CRL Profile".
/// </summary>
public sealed class PckExtension
{
    private const int ComponentCount = 16;
    private const int MaxMembers = 32;
    private const string TcbArc = Oids.Sgx + ".2.";

    private readonly byte[] _components = new byte[ComponentCount];

    private PckExtension()
    {
    }

    /// <summary>16 security version numbers of the platform's components.</summary>
    public ReadOnlyMemory<byte> TcbComponents => _components;

    /// <summary>Security version of the provisioning certification enclave.</summary>
    public int PceSvn { get; private set; }

    /// <summary>16 bytes.</summary>
    public ReadOnlyMemory<byte> CpuSvn { get; private set; }

    /// <summary>2 bytes.</summary>
    public ReadOnlyMemory<byte> PceId { get; private set; }

    /// <summary>6 bytes: family, model, stepping, platform type and custom SKU.</summary>
    public ReadOnlyMemory<byte> Fmspc { get; private set; }

    /// <summary>16 bytes: the platform provisioning id.</summary>
    public ReadOnlyMemory<byte> Ppid { get; private set; }

    /// <summary>Reads the extension's value.</summary>
    /// <returns>False with a cause where a member is missing, repeated, malformed or out of range.</returns>
    public static bool TryRead(
        ReadOnlyMemory<byte> der, [NotNullWhen(true)] out PckExtension? extension, out string cause)
    {
        try
        {
            extension = Read(der);
            cause = "";
            return true;
        }
        catch (AsnContentException malformed)
        {
            extension = null;
            cause = malformed.Message;
            return false;
        }
    }

    internal static PckExtension Read(ReadOnlyMemory<byte> der)
    {
        Dictionary<string, AsnReader> members = ReadMembers(der);
        PckExtension extension = new()
        {
            Ppid = Octets(members, Oids.Sgx + ".1", 16),
            PceId = Octets(members, Oids.Sgx + ".3", 2),
            Fmspc = Octets(members, Oids.Sgx + ".4", 6),
        };
        extension.ReadTcb(Member(members, Oids.Sgx + ".2").ReadEncodedValue());
        return extension;
    }

    private void ReadTcb(ReadOnlyMemory<byte> der)
    {
        Dictionary<string, AsnReader> members = ReadMembers(der);
        for (int i = 0; i < ComponentCount; i++)
            _components[i] = (byte)Number(members, TcbArc + (i + 1), byte.MaxValue);
        PceSvn = Number(members, TcbArc + "17", ushort.MaxValue);
        CpuSvn = Octets(members, TcbArc + "18", 16);
    }

    private static Dictionary<string, AsnReader> ReadMembers(ReadOnlyMemory<byte> der)
    {
        Dictionary<string, AsnReader> members = [];
        AsnReader outer = new(der, AsnEncodingRules.DER);
        AsnReader list = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        while (list.HasData)
        {
            CertificateReader.Require(members.Count < MaxMembers, $"more than {MaxMembers} members in an SGX extension");
            AsnReader member = list.ReadSequence();
            string oid = member.ReadObjectIdentifier();
            CertificateReader.Require(members.TryAdd(oid, member), $"SGX extension member {oid} is there twice");
        }
        return members;
    }

    private static AsnReader Member(Dictionary<string, AsnReader> members, string oid)
    {
        CertificateReader.Require(members.TryGetValue(oid, out AsnReader? member), $"no SGX extension member {oid}");
        return member!;
    }

    private static byte[] Octets(Dictionary<string, AsnReader> members, string oid, int length)
    {
        AsnReader member = Member(members, oid);
        byte[] value = member.ReadOctetString();
        member.ThrowIfNotEmpty();
        CertificateReader.Require(value.Length == length, $"SGX extension member {oid} has {value.Length} bytes");
        return value;
    }

    private static int Number(Dictionary<string, AsnReader> members, string oid, int maximum)
    {
        AsnReader member = Member(members, oid);
        bool fits = member.TryReadInt32(out int value) && value >= 0 && value <= maximum;
        CertificateReader.Require(fits, $"SGX extension member {oid} is not in 0..{maximum}");
        member.ThrowIfNotEmpty();
        return value;
    }
}
