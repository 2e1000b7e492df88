using System.Formats.Asn1;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Sources.Simulator;
using static TeeTee.Attestation.Tests.QuoteFixture;

namespace TeeTee.Attestation.Tests.Certificates;

public sealed class RevocationListTests
{
    private const string Large = "tdx/crl/pck-platform-129-revoked-20260716.der";

    private static readonly DateTimeOffset s_issued = Now.AddDays(-1);

    [Fact]
    public void TryRead_EmptyList_RevokesNothing()
    {
        Assert.True(RevocationList.TryRead(GoodCollateral.PckCrl, out RevocationList? list, out string cause), cause);
        Assert.Equal(0, list.Count);
        Assert.Equal((s_issued, s_issued.AddDays(30)), (list.ThisUpdate, list.NextUpdate));
        Assert.False(list.Contains(new byte[] { 1 }));
    }

    [Fact]
    public void TryRead_ListedSerials_AreFoundAndOthersAreNot()
    {
        byte[][] serials = [[1], [0x7F], [0, 0x80], [.. Enumerable.Range(1, 20).Select(i => (byte)i)]];
        RevocationList list = Read(Made(serials));

        Assert.Equal(4, list.Count);
        Assert.All(serials, serial => Assert.True(list.Contains(serial)));
        Assert.All((byte[][])[[2], [0x80], [0, 1], serials[3][..19], [.. serials[3], 0], []], serial => Assert.False(list.Contains(serial)));
    }

    [SharedFact(Large)]
    public void TryRead_Intels129Entries_AreAllRead()
    {
        byte[] der = File.ReadAllBytes(Path.Combine(Repository.Shared, Large));
        RevocationList list = Read(der);

        Assert.Equal(129, list.Count);
        Assert.Equal(new DateTimeOffset(2026, 7, 16, 8, 17, 9, TimeSpan.Zero), list.ThisUpdate);
        Assert.Equal(new DateTimeOffset(2026, 8, 15, 8, 17, 9, TimeSpan.Zero), list.NextUpdate);
        Assert.True(list.Contains(Convert.FromHexString("6FC34E5023E728923435D61AA4B83C618166AD35")));
        Assert.True(list.Contains(Convert.FromHexString("00EFAE6E9715FCA13B87E333E8261ED6D990A926AD")));
        Assert.False(list.Contains(Convert.FromHexString("EFAE6E9715FCA13B87E333E8261ED6D990A926AD")));
    }

    [Fact]
    public void TryRead_EveryTruncationAndTrailingByte_IsRefused()
    {
        byte[] der = Made([[5], [6]]);
        for (int length = 0; length < der.Length; length++)
        {
            Assert.False(RevocationList.TryRead(der.AsMemory(0, length), out _, out string cause));
            Assert.NotEmpty(cause);
        }
        Assert.False(RevocationList.TryRead((byte[])[.. der, 0], out _, out _));
    }

    [Fact]
    public void TryRead_CriticalExtensions_AreRefused()
    {
        // The list's last extension is the authority's key identifier; a delta list would have a critical one.
        Assert.Contains("critical extension", CauseOf(Assemble(entryExtension: null, critical: true)), StringComparison.Ordinal);
        Assert.Contains("critical extension", CauseOf(Assemble(entryExtension: true, critical: false)), StringComparison.Ordinal);
        Assert.Empty(CauseOf(Assemble(entryExtension: false, critical: false)));
        Assert.Empty(CauseOf(Assemble(entryExtension: null, critical: false)));
    }

    [Fact]
    public void TryRead_BeyondTheBound_IsRefusedUnread()
    {
        byte[][] serials = [.. Enumerable.Range(1, 8_000).Select(i => (byte[])[1, (byte)(i >> 8), (byte)i, .. new byte[17]])];
        byte[] der = Made(serials);
        Assert.True(der.Length > 262_144);
        Assert.Contains("above 262144", CauseOf(der), StringComparison.Ordinal);
    }

    private static byte[] Made(byte[][] serials) => CollateralOf(
        shape => shape with { RevokedPcks = [.. serials.Select(serial => (ReadOnlyMemory<byte>)serial)] }).PckCrl.ToArray();

    private static RevocationList Read(byte[] der)
    {
        Assert.True(RevocationList.TryRead(der, out RevocationList? list, out string cause), cause);
        return list;
    }

    private static string CauseOf(byte[] der) => RevocationList.TryRead(der, out _, out string cause) ? "" : cause;

    /// <summary>A list with one entry, whose entry extension (if any) and list extension may be critical; its signature is worthless.</summary>
    private static byte[] Assemble(bool? entryExtension, bool critical)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                WriteAlgorithm(writer);
                writer.PushSequence().Dispose();
                writer.WriteUtcTime(s_issued);
                writer.WriteUtcTime(s_issued.AddDays(1));
                using (writer.PushSequence())
                using (writer.PushSequence())
                {
                    writer.WriteInteger(7);
                    writer.WriteUtcTime(s_issued);
                    if (entryExtension is { } entryCritical)
                    {
                        using AsnWriter.Scope extensions = writer.PushSequence();
                        WriteExtension(writer, "2.5.29.29", entryCritical);
                    }
                }
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                using (writer.PushSequence())
                    WriteExtension(writer, "2.5.29.27", critical);
            }
            WriteAlgorithm(writer);
            writer.WriteBitString(new byte[70]);
        }
        return writer.Encode();
    }

    private static void WriteAlgorithm(AsnWriter writer)
    {
        using AsnWriter.Scope scope = writer.PushSequence();
        writer.WriteObjectIdentifier(Oids.EcdsaWithSha256);
    }

    private static void WriteExtension(AsnWriter writer, string oid, bool critical)
    {
        using AsnWriter.Scope scope = writer.PushSequence();
        writer.WriteObjectIdentifier(oid);
        if (critical)
            writer.WriteBoolean(true);
        writer.WriteOctetString([5, 0]);
    }
}
