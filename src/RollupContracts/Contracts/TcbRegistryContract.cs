using TeeTee.Ethereum;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>TcbRegistry: images, attributes, TCB policies and revocations. Loosenings need <c>queue</c> and a delay once the setup is over.</summary>
public sealed class TcbRegistryContract(EthereumClient client, Address address) : Contract(client, address, ContractNames.TcbRegistry)
{
    /// <summary>Who may change it; zero for nobody.</summary>
    public Task<Address> GetOwnerAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<Address>("owner", [], block, cancellationToken);

    /// <summary>Whether the owner still needs no delay.</summary>
    public Task<bool> IsSetupOpenAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<bool>("isSetupOpen", [], block, cancellationToken);

    /// <summary>When image or platform fell out of favour, Unix seconds; 0 in good standing.</summary>
    public Task<ulong> GetLapsedAtAsync(Bytes32 image, Bytes32 platform, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<ulong>("lapsedAt", [image, platform], block, cancellationToken);

    /// <summary>Calldata of <c>queue</c>: announces a loosening, which is the calldata of that later call.</summary>
    public byte[] Queue(byte[] loosening) => Encode("queue", loosening);

    /// <summary>Calldata of <c>addImage</c>, a loosening.</summary>
    public byte[] AddImage(Bytes32 image) => Encode("addImage", image);

    /// <summary>Calldata of <c>addAttributes</c>, a loosening.</summary>
    public byte[] AddAttributes(ulong attributes) => Encode("addAttributes", attributes);

    /// <summary>Calldata of <c>setPolicy</c>, a loosening.</summary>
    public byte[] SetPolicy(TcbPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return Encode("setPolicy", policy.FmspcBytes(), policy.ToTuple());
    }

    /// <summary>Calldata of <c>raisePolicy</c>, which lets nothing new pass.</summary>
    public byte[] RaisePolicy(TcbPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return Encode("raisePolicy", policy.FmspcBytes(), policy.ToTuple());
    }

    /// <summary>Calldata of <c>setQeIdentity</c>, a loosening.</summary>
    public byte[] SetQeIdentity(QuotingEnclave enclave)
    {
        ArgumentNullException.ThrowIfNull(enclave);
        return Encode("setQeIdentity", [enclave.ToTuple()]);
    }

    /// <summary>Calldata of <c>delistImage</c>: its keys lapse.</summary>
    public byte[] DelistImage(Bytes32 image) => Encode("delistImage", image);

    /// <summary>Calldata of <c>revokePlatform</c>: its keys lapse.</summary>
    public byte[] RevokePlatform(Bytes32 platform) => Encode("revokePlatform", platform);

    /// <summary>Calldata of <c>closeSetup</c>.</summary>
    public byte[] CloseSetup() => Encode("closeSetup");

    /// <summary>Calldata of <c>offerOwnership</c>; the new owner takes it by <c>acceptOwnership</c>.</summary>
    public byte[] OfferOwnership(Address newOwner) => Encode("offerOwnership", newOwner);
}
