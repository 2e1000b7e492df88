using System.Buffers.Binary;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.Attestation.Tests.Quotes;

public sealed class TdxQuoteTests
{
    private const int SignatureStart = 636;
    private const int OuterHeader = SignatureStart + 128;
    private const int QeReport = OuterHeader + 6;
    private const int AuthenticationSize = QeReport + 448;
    private const int InnerHeader = AuthenticationSize + 2 + 32;

    [Fact]
    public void TryParse_SimulatedV4_GivesEveryField()
    {
        Assert.True(TdxQuote.TryParse(QuoteFixture.Ordinary, out TdxQuote? quote, out _));

        SimulatedMeasurements expected = QuoteFixture.Measurements;
        Assert.Equal(4, quote.Version);
        Assert.Equal(QuoteFixture.Ordinary.Length, quote.Length);
        Assert.Equal(632, quote.SignedBytes.Length);
        Assert.Equal(QuoteBodyType.TdReport10, quote.Report.Type);
        Assert.Equal(QuoteFixture.ReportData, quote.Report.ReportData.ToArray());
        Assert.Equal(0x1000_0000ul, quote.Report.TdAttributes);
        Assert.Equal(0x602E7ul, quote.Report.Xfam);
        foreach (TdMeasurement register in Enum.GetValues<TdMeasurement>().Where(r => r != TdMeasurement.MrSeam))
            Assert.Equal(expected[register].ToArray(), quote.Report.Measurement(register).ToArray());
        Assert.True(quote.Report.MrServiceTd.IsEmpty && quote.Report.TeeTcbSvn2.IsEmpty);
        Assert.Equal(32, quote.Signature.QeAuthenticationData.Length);
        Assert.Equal(2, quote.Signature.QeReport.IsvProdId);
    }

    [Theory]
    [InlineData(QuoteBodyType.TdReport10, 0, 0)]
    [InlineData(QuoteBodyType.TdReport15, 48, 0)]
    [InlineData(QuoteBodyType.TdReport15Ex, 48, 237)]
    public void TryParse_V5_ReadsBodyByTable(QuoteBodyType type, int serviceSize, int extensionSize)
    {
        byte[] bytes = QuoteFixture.Make(new SimulatedQuoteShape { Version = 5, BodyType = type });

        Assert.True(TdxQuote.TryParse(bytes, out TdxQuote? quote, out _));
        Assert.Equal(5, quote.Version);
        Assert.Equal(type, quote.Report.Type);
        Assert.Equal(serviceSize, quote.Report.MrServiceTd.Length);
        Assert.Equal(extensionSize, quote.Report.Extension.Length);
        Assert.Equal(QuoteFixture.ReportData, quote.Report.ReportData.ToArray());
    }

    [Fact]
    public void TryParse_EveryTruncation_IsRefusedAtParse()
    {
        for (int length = 0; length < QuoteFixture.Ordinary.Length; length++)
        {
            Assert.False(TdxQuote.TryParse(QuoteFixture.Ordinary.AsSpan(0, length), out _, out QuoteError? error));
            Assert.Equal(QuoteStage.Parse, error.Stage);
            Assert.NotEmpty(error.Cause);
        }
    }

    [Fact]
    public void TryParse_TrailingBytes_AreIgnored()
    {
        byte[] padded = [.. QuoteFixture.Ordinary, 1, 2, 3, .. new byte[3000]];

        Assert.True(TdxQuote.TryParse(padded, out TdxQuote? quote, out _));
        Assert.Equal(QuoteFixture.Ordinary.Length, quote.Length);
    }

    [Fact]
    public void TryParse_InputChangedAfterwards_KeepsItsCopy()
    {
        byte[] bytes = [.. QuoteFixture.Ordinary];
        Assert.True(TdxQuote.TryParse(bytes, out TdxQuote? quote, out _));

        Array.Clear(bytes);

        Assert.Equal(QuoteFixture.ReportData, quote.Report.ReportData.ToArray());
    }

    [Theory]
    [InlineData(0, 2, "version 2")]
    [InlineData(0, 6, "version 6")]
    [InlineData(0, 3, "version 3 is for SGX")]
    [InlineData(0, 5, "body type")]
    [InlineData(2, 3, "key type 3")]
    [InlineData(4, 0, "an SGX quote")]
    [InlineData(4, 0x80, "TEE type 0x80")]
    [InlineData(12, 0x92, "vendor id")]
    [InlineData(OuterHeader, 5, "outer certification data type 5")]
    [InlineData(InnerHeader, 3, "inner certification data type 3")]
    [InlineData(AuthenticationSize, 31, "inner certification data type")]
    [InlineData(AuthenticationSize + 1, 0xFF, "QE authentication data")]
    [InlineData(InnerHeader + 2, 0x01, "inner certification data size")]
    [InlineData(OuterHeader + 2, 0x01, "outer certification data size")]
    public void TryParse_WrongHeaderField_NamesIt(int offset, byte value, string cause)
    {
        byte[] bytes = [.. QuoteFixture.Ordinary];
        bytes[offset] = value;

        Assert.False(TdxQuote.TryParse(bytes, out _, out QuoteError? error));
        Assert.Equal(QuoteStage.Parse, error.Stage);
        Assert.Contains(cause, error.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(632)]
    [InlineData(OuterHeader + 2)]
    [InlineData(InnerHeader + 2)]
    public void TryParse_LengthOffByOneOrHuge_IsRefused(int offset)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(QuoteFixture.Ordinary.AsSpan(offset));
        foreach (uint wrong in new uint[] { length - 1, length + 1, 0, int.MaxValue, 0x8000_0000, uint.MaxValue })
        {
            byte[] bytes = [.. QuoteFixture.Ordinary];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), wrong);
            Assert.False(TdxQuote.TryParse(bytes, out _, out QuoteError? error), $"{wrong} at {offset}");
            Assert.Equal(QuoteStage.Parse, error.Stage);
        }
    }

    [Theory]
    [InlineData(1, 384, "SGX report in a quote of TEE type TDX")]
    [InlineData(3, 584, "body size 584")]
    [InlineData(2, 648, "body size 648")]
    [InlineData(9, 648, "body type 9")]
    [InlineData(0, 0, "body type 0")]
    [InlineData(262, 648, "body type 262")]
    public void TryParse_V5BodyOutsideTheTable_IsRefused(ushort type, uint size, string cause)
    {
        byte[] bytes = QuoteFixture.Make(
            new SimulatedQuoteShape { Version = 5, BodyType = QuoteBodyType.TdReport15 });
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(48), type);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(50), size);

        Assert.False(TdxQuote.TryParse(bytes, out _, out QuoteError? error));
        Assert.Contains(cause, error.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void TdReport_Equality_IsByBytes()
    {
        Assert.True(TdxQuote.TryParse(QuoteFixture.Ordinary, out TdxQuote? first, out _));
        Assert.True(TdxQuote.TryParse(QuoteFixture.Ordinary, out TdxQuote? second, out _));
        Assert.True(TdxQuote.TryParse(QuoteFixture.Flip(QuoteFixture.Ordinary, 600), out TdxQuote? other, out _));

        Assert.Equal(first.Report, second.Report);
        Assert.Equal(first.Report.GetHashCode(), second.Report.GetHashCode());
        Assert.NotEqual(first.Report, other.Report);
        Assert.Equal(first.Signature.QeReport, second.Signature.QeReport);
    }

    [Fact]
    public void TdReport_WrongLength_Throws() =>
        Assert.Throws<ArgumentException>(() => new TdReport(QuoteBodyType.TdReport10, new byte[583]));
}
