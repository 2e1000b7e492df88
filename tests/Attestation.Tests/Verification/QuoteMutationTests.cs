using FsCheck;
using FsCheck.Fluent;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using static TeeTee.Attestation.Tests.QuoteFixture;

namespace TeeTee.Attestation.Tests.Verification;

/// <summary>Whatever is changed in an accepted quote: it is refused, or it still says the same.</summary>
public sealed class QuoteMutationTests
{
    private static readonly byte[] s_v5 = Make(new SimulatedQuoteShape { Version = 5, BodyType = QuoteBodyType.TdReport15Ex });

    [Fact]
    public void Verify_EveryByteOfAV5Quote_NeverGivesAnotherAcceptedBody()
    {
        TdReport original = QuoteFixture.Verify(s_v5).Report!;
        int accepted = 0;
        for (int offset = 0; offset < s_v5.Length; offset++)
        {
            QuoteVerdict verdict = QuoteFixture.Verify(Flip(s_v5, offset));
            if (!verdict.Accepted)
                continue;
            accepted++;
            Assert.Equal(original, verdict.Report);
        }

        // Unused low bits of base64.
        Assert.InRange(accepted, 0, 3);
    }

    [Fact]
    public void Verify_SeveralBytesChanged_NeverGivesAnotherAcceptedBody()
    {
        foreach (byte[] quote in new[] { Ordinary, s_v5 })
        {
            TdReport original = QuoteFixture.Verify(quote).Report!;
            Gen<(int Offset, int Mask)> edit = Gen.Choose(0, quote.Length - 1).SelectMany(_ => Gen.Choose(1, 255), (offset, mask) => (offset, mask));
            Prop.ForAll(edit.NonEmptyListOf().ToArbitrary(), edits => SameOrRefused(Apply(quote, edits), original))
                .Check(Config.QuickThrowOnFailure.WithMaxTest(1_500));
        }
    }

    [Fact]
    public void SameOrRefused_PlantedAcceptedForgery_IsFound()
    {
        // Another quote of the same machine: accepted, with another body.
        byte[] other = Source.Make(Flip(ReportData, 0), SimulatedQuoteShape.Ordinary);
        Assert.False(SameOrRefused(other, QuoteFixture.Verify(Ordinary).Report!));
    }

    private static bool SameOrRefused(byte[] quote, TdReport original)
    {
        QuoteVerificationInput input = new() { Now = Now, Root = Pki.Root, Collateral = GoodCollateral, Policy = Development };
        QuoteVerdict verdict = QuoteVerifier.Verify(quote, input);
        return !verdict.Accepted || verdict.Report.Equals(original);
    }

    private static byte[] Apply(byte[] quote, IEnumerable<(int Offset, int Mask)> edits)
    {
        byte[] changed = [.. quote];
        foreach ((int offset, int mask) in edits)
            changed[offset] ^= (byte)mask;
        return changed;
    }
}
