using System.Text;
using System.Text.RegularExpressions;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts.Tests.Deployments;

/// <summary>The mapping of contracts/README.md on the simulator's documents: levels UpToDate, OutOfDate and Revoked, in this order.</summary>
public sealed class CollateralMappingTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly SimulatedPki _pki = SimulatedPki.Create(TimeProvider.System);
    private readonly QuoteCollateral _collateral;

    public CollateralMappingTests() => _collateral = _pki.Collateral(s_now);

    public void Dispose() => _pki.Dispose();

    [Fact]
    public void TryMapPlatform_UpToDateOnly_TakesTheHighestLevel()
    {
        Assert.True(CollateralMapping.TryMapPlatform(_collateral, null, out TcbPolicy? policy, out _));
        Assert.Equal("53494d554c00", policy.Fmspc);
        Assert.Equal("03030202040100050000000000000000", Convert.ToHexStringLower(policy.SgxComponents.Span));
        Assert.Equal("05000400000000000000000000000000", Convert.ToHexStringLower(policy.TdxComponents.Span));
        Assert.Equal((13, 0), (policy.PceSvn, policy.PceId));
        // tdxModule, TDX_01 and TDX_03, the latter two from SVN 6 on.
        Assert.Equal(0b1011u, policy.ModuleVersions);
        Assert.Equal([0, 6, 0, 6], policy.ModuleSvns[..4].ToArray());
        Assert.False(policy.ModuleSvns.Span[4..].ContainsAnyExcept((byte)0));
        Assert.True(TcbInfo.TryRead(_collateral.TcbInfo, out TcbInfo? info, out _));
        Assert.Equal((uint)info.TcbEvaluationDataNumber, policy.EvaluationNumber);
    }

    [Fact]
    public void TryMapPlatform_MoreStatusesAccepted_TakesTheLastOfThem()
    {
        Assert.True(CollateralMapping.TryMapPlatform(_collateral, [TcbStatus.UpToDate, TcbStatus.OutOfDate], out TcbPolicy? policy, out _));
        Assert.Equal("02020202030100050000000000000000", Convert.ToHexStringLower(policy.SgxComponents.Span));
        Assert.Equal((11, 4), (policy.PceSvn, policy.ModuleSvns.Span[1]));
    }

    [Fact]
    public void TryMapPlatform_RevokedAccepted_NeverTakesIt()
    {
        TcbStatus[] all = Enum.GetValues<TcbStatus>();
        Assert.True(CollateralMapping.TryMapPlatform(_collateral, all, out TcbPolicy? policy, out _));
        Assert.Equal(11, policy.PceSvn);
    }

    [Fact]
    public void TryMapPlatform_AcceptedLevelBelowARefusedOne_IsNotReached()
    {
        Assert.False(CollateralMapping.TryMapPlatform(_collateral, [TcbStatus.OutOfDate], out _, out string cause));
        Assert.Equal("no platform level is accepted", cause);
    }

    [Fact]
    public void TryMapPlatform_End_IsOneSecondAfterTheEarliestDocument()
    {
        Assert.True(TcbInfo.TryRead(_collateral.TcbInfo, out TcbInfo? info, out _));
        Assert.True(CollateralMapping.TryMapPlatform(_collateral, null, out TcbPolicy? policy, out _));
        Assert.InRange(policy.ValidUntil, (ulong)s_now.ToUnixTimeSeconds(), (ulong)info.NextUpdate.ToUnixTimeSeconds() + 1);
        QuoteCollateral earlier = _collateral with { QeIdentity = Edit(_collateral.QeIdentity, "\"nextUpdate\":\"[^\"]*\"", "\"nextUpdate\":\"2026-11-21T00:00:00Z\"") };
        Assert.True(CollateralMapping.TryMapPlatform(earlier, null, out TcbPolicy? shorter, out _));
        Assert.Equal((ulong)new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds() + 1, shorter.ValidUntil);
    }

    [Fact]
    public void TryMapEnclave_Identity_IsCopiedWithItsAcceptedVersion()
    {
        Assert.True(CollateralMapping.TryMapEnclave(_collateral, null, out QuotingEnclave? enclave, out _));
        Assert.True(QeIdentity.TryRead(_collateral.QeIdentity, out QeIdentity? identity, out _));
        Assert.Equal(new Bytes32(identity.MrSigner.Span), enclave.MrSigner);
        Assert.Equal((2, 7), (enclave.IsvProdId, enclave.IsvSvn));
        Assert.Equal("11000000000000000000000000000000", Convert.ToHexStringLower(enclave.Attributes.Span));
        Assert.Equal("fbffffffffffffff0000000000000000", Convert.ToHexStringLower(enclave.AttributesMask.Span));
        Assert.Equal("ffffffff", Convert.ToHexStringLower(enclave.MiscSelectMask.Span));
    }

    [Theory]
    [InlineData("\"id\":\"TDX\"", "\"id\":\"SGX\"", "TCB info")]
    [InlineData("\"pcesvn\":13", "\"pcesvn\":-1", "TCB info")]
    [InlineData("\"tcbStatus\":\"UpToDate\"", "\"tcbStatus\":\"Excellent\"", "TCB info")]
    [InlineData("\"mrsigner\":\"0", "\"mrsigner\":\"1", "module")]
    [InlineData("\"isvsvn\":6", "\"isvsvn\":600", "SVN 600")]
    public void TryMapPlatform_OtherDocument_SaysWhatIsWrong(string text, string instead, string part)
    {
        QuoteCollateral changed = _collateral with { TcbInfo = Edit(_collateral.TcbInfo, Regex.Escape(text), instead) };
        Assert.NotEqual(_collateral.TcbInfo.ToArray(), changed.TcbInfo.ToArray());
        Assert.False(CollateralMapping.TryMapPlatform(changed, null, out _, out string cause));
        Assert.Contains(part, cause, StringComparison.Ordinal);
    }

    [Fact]
    public void FromCollateral_NoLevel_ThrowsWithTheCause()
    {
        QuoteCollateral changed = _collateral with { QeIdentity = Edit(_collateral.QeIdentity, "TD_QE", "QE") };
        ArgumentException e = Assert.Throws<ArgumentException>(() => AttestationPolicy.FromCollateral(_pki.Root, changed, [], 0));
        Assert.Contains("quoting enclave", e.Message, StringComparison.Ordinal);
    }

    private static byte[] Edit(ReadOnlyMemory<byte> json, string pattern, string instead) =>
        Encoding.UTF8.GetBytes(Regex.Replace(Encoding.UTF8.GetString(json.Span), pattern, instead));
}
