namespace TeeTee.Attestation.Collateral;

/// <summary>The resources of a certification service, version 4, below a base address.</summary>
internal sealed class PcsAddresses
{
    private const string SgxPath = "/sgx/certification/v4";
    private const string TdxPath = "/tdx/certification/v4";

    private readonly string _base;
    private readonly string _update;

    public PcsAddresses(Uri address, TcbUpdate update)
    {
        string text = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        // Operators of caches are used to giving the address with this path.
        _base = text.EndsWith(SgxPath, StringComparison.OrdinalIgnoreCase) ? text[..^SgxPath.Length] : text;
        _update = update == TcbUpdate.Early ? "early" : "standard";
    }

    /// <exception cref="ArgumentException">Not an http or https address without user, query and fragment.</exception>
    public static void Require(Uri address)
    {
        bool plain = address.IsAbsoluteUri && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0;
        if (!plain)
            throw new ArgumentException($"'{address.OriginalString}' is no http or https address without user, query and fragment.", nameof(address));
    }

    public Uri PckCrl(PckAuthority authority) =>
        new($"{_base}{SgxPath}/pckcrl?ca={(authority == PckAuthority.Platform ? "platform" : "processor")}&encoding=der");

    public Uri RootCrl() => new($"{_base}{SgxPath}/rootcacrl");

    public Uri TcbInfo(string fmspc) => new($"{_base}{TdxPath}/tcb?fmspc={fmspc}&update={_update}");

    public Uri QeIdentity() => new($"{_base}{TdxPath}/qe/identity?update={_update}");
}
