namespace TeeTee.Primitives;

/// <summary>The EIP-712 domain with name, version, chain id and contract, in which all of TeeTee's signatures live.</summary>
public sealed class Eip712Domain
{
    private static readonly Eip712Struct s_type = new("EIP712Domain", [
        new("name", "string"), new("version", "string"), new("chainId", "uint256"), new("verifyingContract", "address")]);

    public Eip712Domain(string name, string version, ulong chainId, Address verifyingContract)
    {
        (Name, Version, ChainId, VerifyingContract) = (name, version, chainId, verifyingContract);
        Separator = s_type.HashStruct(name, version, chainId, verifyingContract);
    }

    public string Name { get; }

    public string Version { get; }

    public ulong ChainId { get; }

    public Address VerifyingContract { get; }

    /// <summary>hashStruct of the domain.</summary>
    public Bytes32 Separator { get; }

    /// <summary>The digest that a signer of <paramref name="structHash"/> in this domain signs.</summary>
    public Bytes32 Digest(Bytes32 structHash) => Eip712Struct.Digest(this, structHash);
}
