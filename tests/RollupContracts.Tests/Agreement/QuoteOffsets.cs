using System.Buffers.Binary;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>Where the parts of a well-formed quote are.</summary>
internal readonly record struct QuoteOffsets(int Body, int SignedEnd)
{
    public static QuoteOffsets Of(byte[] quote)
    {
        int body = quote[0] == 4 ? 48 : 54;
        int size = quote[0] == 4 ? 584 : (int)BinaryPrimitives.ReadUInt32LittleEndian(quote.AsSpan(50));
        return new QuoteOffsets(body, body + size);
    }

    public int Length => SignedEnd;

    public int Signature => SignedEnd + 4;

    public int AttestationKey => Signature + 64;

    public int OuterType => Signature + 128;

    public int QeReport => Signature + 134;

    public int QeSignature => QeReport + 384;

    public int AuthenticationSize => QeSignature + 64;

    /// <summary>Type and size of the PCK chain.</summary>
    public int InnerType(byte[] quote) => AuthenticationSize + 2 + BinaryPrimitives.ReadUInt16LittleEndian(quote.AsSpan(AuthenticationSize));

    /// <summary>The PEM text of the PCK chain.</summary>
    public int Chain(byte[] quote) => InnerType(quote) + 6;
}
