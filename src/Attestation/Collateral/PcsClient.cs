using System.Net;
using System.Text;

namespace TeeTee.Attestation.Collateral;

/// <summary>
/// Fetches collateral from a provisioning certification service (PCS, version 4) or a cache of one (PCCS). Answers are bounded in size and time,
/// redirects and cookies refused, and what comes is checked to be what was asked for and signed below the pinned root. Safe for use by several threads.
/// </summary>
public sealed class PcsClient : ICollateralSource, IDisposable
{
    private readonly PcsOptions _options;
    private readonly PcsTransport _transport;

    /// <summary>A client with its own connections.</summary>
    /// <exception cref="ArgumentException">No base address, or one that is no plain http or https address.</exception>
    public PcsClient(PcsOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        if (options.BaseUrls.Count == 0)
            throw new ArgumentException("At least one base address is needed.", nameof(options));
        foreach (Uri address in options.RootCrlUrl is { } list ? options.BaseUrls.Append(list) : options.BaseUrls)
            PcsAddresses.Require(address);
        _options = options;
        _transport = new PcsTransport(options, clock);
    }

    /// <inheritdoc/>
    public async Task<QuoteCollateral> FetchAsync(PlatformId platform, CancellationToken cancellationToken)
    {
        PlatformIds.Require(platform);
        List<string> faults = [];
        foreach (Uri address in _options.BaseUrls)
        {
            try
            {
                return await FetchAsync(new PcsAddresses(address, _options.Update), platform, cancellationToken).ConfigureAwait(false);
            }
            catch (PcsException fault)
            {
                faults.Add($"{address.GetLeftPart(UriPartial.Authority)}: {fault.Message}");
            }
        }
        throw new CollateralUnavailableException($"No collateral for {platform.Fmspc} ({platform.Authority}): {string.Join("; ", faults)}");
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private async Task<QuoteCollateral> FetchAsync(PcsAddresses addresses, PlatformId platform, CancellationToken cancellationToken)
    {
        PcsAnswer pckCrl = await _transport.GetAsync(addresses.PckCrl(platform.Authority), cancellationToken).ConfigureAwait(false);
        PcsAnswer tcb = await _transport.GetAsync(addresses.TcbInfo(platform.Fmspc), cancellationToken).ConfigureAwait(false);
        PcsAnswer qe = await _transport.GetAsync(addresses.QeIdentity(), cancellationToken).ConfigureAwait(false);
        byte[] pckChain = Chain(pckCrl, "PCK revocation list", "SGX-PCK-CRL-Issuer-Chain");
        byte[] rootCrl = await GetRootCrlAsync(addresses, pckChain, cancellationToken).ConfigureAwait(false);
        (byte[] tcbInfo, byte[] tcbSignature) = Read("TCB info", () => PcsDocument.Read(tcb.Body, "tcbInfo"));
        (byte[] qeIdentity, byte[] qeSignature) = Read("QE identity", () => PcsDocument.Read(qe.Body, "enclaveIdentity"));
        QuoteCollateral fetched = new()
        {
            PckCrlIssuerChain = pckChain,
            RootCaCrl = rootCrl,
            PckCrl = Read("PCK revocation list", () => RevocationListForm.ToDer(pckCrl.Body)),
            TcbInfoIssuerChain = Chain(tcb, "TCB info", "TCB-Info-Issuer-Chain", "SGX-TCB-Info-Issuer-Chain"),
            TcbInfo = tcbInfo,
            TcbInfoSignature = tcbSignature,
            QeIdentityIssuerChain = Chain(qe, "QE identity", "SGX-Enclave-Identity-Issuer-Chain"),
            QeIdentity = qeIdentity,
            QeIdentitySignature = qeSignature,
        };
        string fault = CollateralMatch.FindFault(fetched, platform, _options.Root);
        return fault.Length == 0 ? fetched : throw new PcsException(fault);
    }

    /// <summary>A cache has the list itself; of Intel's service it is published apart.</summary>
    private async Task<byte[]> GetRootCrlAsync(PcsAddresses addresses, byte[] chain, CancellationToken cancellationToken)
    {
        PcsAnswer answer;
        try
        {
            answer = await _transport.GetAsync(_options.RootCrlUrl ?? addresses.RootCrl(), cancellationToken).ConfigureAwait(false);
        }
        catch (PcsException fault) when (fault.Status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest && _options.RootCrlUrl is null)
        {
            Uri address = RootCrlAddress.Find(chain, _options.Root) ?? throw new PcsException($"{fault.Message}, and the root certificate names no other place", cause: fault);
            answer = await _transport.GetAsync(address, cancellationToken).ConfigureAwait(false);
        }
        return Read("root revocation list", () => RevocationListForm.ToDer(answer.Body));
    }

    private static byte[] Chain(PcsAnswer answer, string what, params string[] names)
    {
        foreach (string name in names)
        {
            if (answer.Headers.TryGetValues(name, out IEnumerable<string>? values))
                return Encoding.UTF8.GetBytes(Uri.UnescapeDataString(string.Concat(values)));
        }
        throw new PcsException($"the {what} came without the header {names[0]}");
    }

    private static T Read<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException malformed)
        {
            throw new PcsException($"{what}: {malformed.Message}", cause: malformed);
        }
    }
}
